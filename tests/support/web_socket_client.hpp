#pragma once
#include "platform/net/message.hpp"
#include "platform/net/web_socket.hpp"
#include "support/loop.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::support {
/// A WebSocket as a client of another make would hold it (Beast's). A silence of a minute ends the test with an exception.
class WebSocketClient {
public:
    using Message = net::WebSocket::Message;
    struct Options {
        std::string target{"/api/v1/ws"};
        std::string protocols{};  ///< Sec-WebSocket-Protocol; empty: none
        std::vector<net::Header> headers{};
    };
    WebSocketClient(Loop& loop, std::uint16_t port, Options options);
    ~WebSocketClient();
    WebSocketClient(WebSocketClient&&) noexcept;

    [[nodiscard]] int status() const;                     ///< of the handshake; 101: it is open
    [[nodiscard]] const std::string& body() const;        ///< of a refusal
    [[nodiscard]] const std::string& protocol() const;    ///< that was agreed on

    void send(const Message& message);
    /// The next message; nullopt once the connection has ended.
    std::optional<Message> receive();
    /// Why it ended; 1006 without a close frame, 0 while it is open.
    [[nodiscard]] std::uint16_t close_code() const;
    void close();  ///< with 1000, and waits for the answer
    void cut();    ///< without a word

private:
    struct Core;
    std::unique_ptr<Core> core_;
};
}  // namespace rondo::support
