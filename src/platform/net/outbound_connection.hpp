#pragma once
#include "platform/net/input_buffer.hpp"
#include "platform/net/outbound.hpp"
#include "platform/net/socket.hpp"
#include "platform/net/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace rondo::net {
/// One connection to an endpoint and its clock. One coroutine at a time uses it, having switched exceptions on cancellation off
/// (`throw_if_cancelled(false)`), and holds it while it waits.
///
/// One timer serves all waits: it is moved only for an earlier deadline, and looks again when it fires early.
class OutboundConnection : public std::enable_shared_from_this<OutboundConnection> {
public:
    explicit OutboundConnection(asio::io_context& loop);

    /// Finds, connects, passes the proxy and TLS. Call once. Errors: as `Outbound::open` names them.
    asio::awaitable<Status> dial(const Outbound::Config& config, TimePoint deadline);
    /// Sends both in one go if they fit. Errors: `unavailable` (the peer is gone; it may have said why), `deadline_exceeded`, `cancelled`.
    asio::awaitable<Status> send(std::string_view head, std::string_view body, TimePoint deadline);
    /// One read into `input`; false when the peer ended the stream in order. Errors: as `send`.
    asio::awaitable<Result<bool>> receive(TimePoint deadline);
    [[nodiscard]] InputBuffer& input() { return input_; }

    /// Of an idle connection: the peer neither closed nor spoke.
    [[nodiscard]] bool usable();
    /// True if not one byte of what the last `send` sent reached the peer's TCP, so that it cannot have been acted on.
    [[nodiscard]] bool nothing_arrived();
    /// At once; whoever waits is told `cancelled`.
    void close();

    TimePoint idle_since;  ///< the pool's

private:
    asio::awaitable<Status> dial_until(const Outbound::Config& config, TimePoint deadline);
    asio::awaitable<Result<std::vector<asio::ip::tcp::endpoint>>> resolve(const Url& hop, TimePoint deadline);
    asio::awaitable<Status> connect(const Url& hop, TimePoint deadline);
    asio::awaitable<Status> tunnel(const Url& endpoint, const Url& proxy, TimePoint deadline);
    asio::awaitable<Status> shake_hands(const Outbound::Config& config, TimePoint deadline);

    asio::awaitable<Status> wait(Transport::Outcome wanted, TimePoint deadline);
    [[nodiscard]] Status judge_wait(bool aborted) const;
    void arm(TimePoint deadline);
    void on_timer();
    [[nodiscard]] std::uint64_t sent() const { return tunnel_bytes_ + (transport_ ? transport_->sent() : 0); }

    Socket socket_;
    LoopTimer timer_;
    std::unique_ptr<Transport> transport_;  // null before the socket is connected and after close()
    InputBuffer input_;
    TimePoint deadline_{TimePoint::max()};  // of the present wait
    TimePoint armed_for_{TimePoint::max()};  // when the timer fires; max: not at all
    std::uint64_t tunnel_bytes_{0};  // sent before the present transport
    std::uint64_t request_from_{0};  // what `sent` was before the last request
    int eager_reads_{0};  // since this coroutine last gave way to others
    bool waiting_{false};
    bool expired_{false};
    bool drained_{false};  // the last read took all there was
};
}  // namespace rondo::net
