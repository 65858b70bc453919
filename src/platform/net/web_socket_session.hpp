#pragma once
#include "base/async/signal.hpp"
#include "base/clock.hpp"
#include "platform/net/web_socket.hpp"
#include "platform/net/web_socket_frame.hpp"
#include "platform/net/web_socket_reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::net {
class Connection;

/// The WebSocket a Connection has become. Owned by it; on its thread.
///
/// What is sent goes to the kernel at once if it has room. What it does not take waits here, bounded, and one coroutine of the
/// connection brings it out; senders wait for that. Time is the sweep's: heartbeats, and how long a closing handshake may take.
class WebSocketSession final : public WebSocket {
public:
    /// `window_bits`: of permessage-deflate as agreed on; 0: there is none.
    WebSocketSession(Connection& connection, Options options, int window_bits);

    asio::awaitable<Result<Message>> receive() override;
    asio::awaitable<Status> send(Kind kind, std::string_view data) override;
    void close(std::uint16_t code, std::string_view reason) override;
    [[nodiscard]] const Closing& closing() const override { return closing_; }
    [[nodiscard]] std::size_t unsent() const override { return queue_.size() + writing_.size() - written_; }

    // For the connection:
    void check_time(TimePoint now);
    void drain();
    void broken();  ///< nothing can be sent any more: wakes who waits for that
    /// The handler has returned: closes properly if it has not.
    asio::awaitable<void> finish(bool failed);

private:
    [[nodiscard]] bool gone() const;
    [[nodiscard]] std::size_t low() const { return options_.max_unsent / 4; }
    void heed(WebSocketReader::Heard heard);
    void answer_ping(std::string_view payload);
    void begin_close(std::uint16_t code, std::string_view reason);
    void put(Opcode opcode, std::string_view payload, bool compressed);
    void push();
    void flush_later();
    void after_write();
    asio::awaitable<void> flush();
    asio::awaitable<Status> room();
    void release_memory();

    Connection& connection_;
    Options options_;
    int window_bits_;
    WebSocketReader reader_;

    std::string queue_;    // frames nobody has begun to write
    std::string writing_;  // frames the flush is at, `written_` bytes of them taken
    std::size_t written_{0};
    std::optional<std::string> late_pong_;  // the newest, while the peer takes too little for each to be answered
    std::optional<Signal> moved_;           // made when somebody first waits: bytes were taken, or never will be
    int eager_sends_{0};

    Closing closing_;
    TimePoint heard_, pinged_, close_by_{TimePoint::max()};
    bool flushing_{false};
    bool awaits_pong_{false};
    bool quiet_{false};       // the last bytes ended a silence
    bool reading_{false};
    bool drained_{false};
    bool close_sent_{false};  // or on its way: no message may follow
    bool over_{false};        // nothing that still comes has a meaning
};
}  // namespace rondo::net
