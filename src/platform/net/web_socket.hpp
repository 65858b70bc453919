#pragma once
#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace rondo::net {
namespace asio = boost::asio;

/// The server's side of one WebSocket (RFC 6455), after the upgrade. Belongs to its connection's thread, lives as long as the Exchange.
///
/// One coroutine receives; any number may send, also while it waits. Pings of the peer are answered and ours are sent inside receive(),
/// so somebody has to be in it most of the time.
class WebSocket {
public:
    enum class Kind : std::uint8_t { text, binary };
    struct Message {
        Kind kind{Kind::text};
        std::string data;  ///< whole, unmasked, inflated; text is valid UTF-8
    };
    struct Options {
        std::string protocol{};                    ///< the subprotocol agreed on, empty: none
        bool deflate{false};                       ///< accept permessage-deflate when the peer offers it
        std::size_t deflate_from{512};             ///< bytes of a message from which on compressing is tried, up to 256 KiB
        std::size_t max_message{1U << 20U};        ///< bytes, inflated; beyond it the connection is closed with 1009
        std::size_t max_unsent{1U << 20U};         ///< bytes that may wait for a slow peer, see send()
        std::function<void()> on_drain{};          ///< called once when the server begins to drain; empty: closed with 1012 then
        std::chrono::milliseconds heartbeat{
            20'000};  ///< silence after which we ping; as long again without a sign of life: closed, 4408; 0: none
    };
    /// Why it ended: the code the peer sent or was sent, 1006 when the connection just broke.
    struct Closing {
        std::uint16_t code{1006};
        std::string reason{};
        bool by_peer{false};
    };

    virtual ~WebSocket() = default;

    /// The next message. Errors: `cancelled` when there will be none: closing() says why. The closing handshake is done inside.
    virtual asio::awaitable<Result<Message>> receive() = 0;
    /// Queues one message and returns when at most a quarter of `max_unsent` waits to be taken by the peer, so a slow reader slows its
    /// sender. A message with which more than `max_unsent` would wait closes the connection with 1008, unless at most that quarter waits
    /// before it: only who does not wait for their last send, or several together, can get there. Messages leave in the order of the
    /// calls. Errors: `cancelled` when the connection has ended or is closing, or the caller was cancelled (the message is sent).
    virtual asio::awaitable<Status> send(Kind kind, std::string_view data) = 0;
    /// Sends what is queued, then the close frame, and lets receive() end when the peer has answered (or a second has passed).
    /// Idempotent: the first call decides. `code`: as RFC 6455 7.4 allows in a frame.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
    [[nodiscard]] virtual const Closing& closing() const = 0;
    [[nodiscard]] virtual std::size_t unsent() const = 0;  ///< bytes that wait for the peer
};
}  // namespace rondo::net
