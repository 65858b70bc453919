#pragma once
#include "server_fixture.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rondo::net {
/// The request that begins a WebSocket at `path`; `more`: header lines, each with its line break.
[[nodiscard]] std::string ws_request(std::string_view path, std::string_view more = {});

/// One frame of a server, whole and as RFC 6455 wants it (else the test fails).
struct ServerFrame {
    unsigned opcode{0};
    bool compressed{false};
    std::string payload;  ///< inflated
    [[nodiscard]] std::string said() const;  ///< "text(2) hi", "pong(0)", "close 1000", "close"
};
/// Takes the first whole frame off the front of `bytes`; false: there is none yet.
bool take_server_frame(std::string& bytes, ServerFrame& frame);

/// A peer that speaks WebSocket as a test tells it to, answering nothing by itself.
class WsClient {
public:
    explicit WsClient(asio::io_context& context) : raw_{context} {}
    /// Connects and begins a WebSocket; fails the test when the server will not.
    asio::awaitable<void> open(std::uint16_t port, std::string_view path, std::string_view more = {});
    asio::awaitable<void> send(std::string bytes) { return raw_.send(std::move(bytes)); }
    /// The next frame as said(); "end" when the server has closed.
    asio::awaitable<std::string> next();
    [[nodiscard]] const ServerFrame& frame() const { return frame_; }  ///< the last one
    [[nodiscard]] RawClient& raw() { return raw_; }

private:
    asio::awaitable<Result<bool>> more();
    RawClient raw_;
    std::string bytes_;
    ServerFrame frame_;
};
}  // namespace rondo::net
