#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "loopback.hpp"
#include "ws_frames.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace rondo::bench {
/// A WebSocket to 127.0.0.1, as cheap as it can be. Errors of all its calls: those of Loopback and ws::Reader.
class WsClient {
public:
    /// Connects and waits for the upgrade. Errors: also `deadline_exceeded` after ten seconds.
    [[nodiscard]] static Result<WsClient> connect(std::uint16_t port, std::string_view target, std::string_view protocols);

    /// `times`: so many messages like it, in one write.
    [[nodiscard]] Status send(ws::Opcode opcode, std::string_view payload, std::size_t times = 1);
    /// Until something has arrived. Errors: also `deadline_exceeded`.
    [[nodiscard]] Status await_bytes(std::chrono::milliseconds patience) { return connection_.wait(patience); }
    /// Takes what has arrived, at most `most` bytes, without waiting; 0: nothing. A Message of before is gone.
    [[nodiscard]] Result<std::size_t> receive(std::size_t most = kReceive);
    /// The next message of what was received.
    [[nodiscard]] Result<std::optional<ws::Reader::Message>> next() { return reader_.next(); }
    /// Waits until one has come whole.
    [[nodiscard]] Result<ws::Reader::Message> wait(std::chrono::milliseconds patience);

    [[nodiscard]] int socket() const { return connection_.socket(); }

private:
    static constexpr std::size_t kReceive = 65'536;
    explicit WsClient(Loopback connection) : connection_{std::move(connection)} {}

    Loopback connection_;
    ws::Reader reader_;
    std::string frame_;  // kept for its memory
};
}  // namespace rondo::bench
