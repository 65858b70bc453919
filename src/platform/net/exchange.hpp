#pragma once
#include "base/result.hpp"
#include "platform/net/admission.hpp"
#include "platform/net/message.hpp"
#include "platform/net/web_socket.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace rondo::net {
namespace asio = boost::asio;

/// A stream of server-sent events being sent. Each call waits until the socket has taken the bytes, so a slow reader slows
/// its handler and costs no memory. One call at a time; views must stay valid until it is done.
/// Errors: `cancelled` when the peer is gone or took nothing for the write time-out.
class EventStream {
public:
    virtual ~EventStream() = default;
    virtual asio::awaitable<Status> send(std::string_view id, std::string_view event, std::string_view data) = 0;
    /// Ready-made frames (`sse_frame`), several at once if there are several: one system call.
    virtual asio::awaitable<Status> send_raw(std::string frames) = 0;
    virtual asio::awaitable<Status> comment(std::string_view text) = 0;
    /// Ends the stream; the connection may go on. Done for the handler when it returns without.
    virtual asio::awaitable<void> finish() = 0;
};

/// One request being answered: all that a handler sees. Lives on the connection's thread until the handler returns.
///
/// A handler calls `respond` or `stream` once. If it throws or does neither, the peer gets a 500 and the error callback the
/// reason. When the peer of a stream leaves, or the drain deadline passes, the handler's coroutine is cancelled (terminal, and
/// again at every sweep until it returns; waits of `rondo::Signal`, `within` and `pause` end) and every later send fails with `cancelled`.
/// A peer that shuts down its sending side counts as gone.
class Exchange {
public:
    virtual ~Exchange() = default;
    [[nodiscard]] virtual const Request& request() const = 0;
    /// The value of "{name}" in the route's pattern, decoded; empty when the route has no such parameter.
    [[nodiscard]] virtual std::string_view param(std::string_view name) const = 0;
    /// Errors: `cancelled` when the peer is gone; `failed_precondition` after another answer.
    virtual asio::awaitable<Status> respond(Response response) = 0;
    /// Sends the head at once (text/event-stream, no-store, unbuffered by proxies). The stream lives as long as the Exchange.
    /// Errors: `cancelled` when the peer is gone, and for HEAD, which is then fully answered: just return;
    /// `failed_precondition` after another answer.
    virtual asio::awaitable<Result<EventStream*>> stream(Response head) = 0;
    /// Answers a WebSocket handshake (101). What is no sound handshake is answered here with problem+json: 426 and
    /// Sec-WebSocket-Version for another version, else 400. The connection ends when the handler returns: stay until receive() has said
    /// that it is over. Errors: `invalid_argument` (already refused: just return), `cancelled`, `failed_precondition` after another answer.
    virtual asio::awaitable<Result<WebSocket*>> upgrade(WebSocket::Options options) = 0;
    /// For handlers that stay and begin several pieces of work, as those of WebSockets do: room for one more, as a request of that
    /// priority would get it; keep it while the work lasts. Errors: `unavailable`, reason OVERLOADED (retry_after says for how long).
    [[nodiscard]] virtual Result<Admission::Place> begin_work(Priority priority) = 0;
    /// From now on a peer that leaves cancels the handler, as it does during a stream: for answers that are not worth finishing
    /// for nobody.
    virtual void watch_peer() = 0;
    /// Looks at the socket; also for requests that are not streams.
    [[nodiscard]] virtual bool peer_gone() = 0;
};
}  // namespace rondo::net
