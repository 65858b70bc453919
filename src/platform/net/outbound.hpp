#pragma once
#include "base/async/context.hpp"
#include "base/result.hpp"
#include "platform/net/client_request.hpp"
#include "platform/net/response_parser.hpp"
#include "platform/net/tls.hpp"
#include "platform/net/url.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio {
class io_context;
}

namespace rondo::net {
namespace asio = boost::asio;
class ConnectionPool;
class OutboundReply;

/// Requests to one endpoint over HTTP/1.1, from one event loop: keep-alive connections, TLS, IPv4 and IPv6, proxies.
///
/// One per event loop and endpoint. Every call but `stats` belongs on that loop; the loop must outlive the Outbound and its streams.
/// Streams may outlive their Outbound: they end as they would, their connections are then closed.
/// Bounded: connections, the wait for one, the reply's head (64 KiB), its body. Nothing is retried but what provably never arrived,
/// no redirect is followed, only `identity` bodies are taken.
class Outbound {
public:
    struct Config {
        Url endpoint;
        std::shared_ptr<const TlsContext> tls{};  ///< needed for https
        std::optional<Url> proxy{};               ///< from `choose_proxy`
        std::size_t max_connections{64};
        std::size_t max_idle{16};                                ///< more are closed when their reply is read
        std::chrono::milliseconds idle_time{30'000};             ///< then an idle connection is closed
        std::size_t max_waiting{1'024};                          ///< for one of `max_connections` to be free; more are refused at once
        std::chrono::milliseconds wait_timeout{1'000};           ///< for one of `max_connections` to be free
        std::chrono::milliseconds connect_timeout{5'000};        ///< name, TCP, proxy and TLS together
        std::size_t max_body_bytes{64U << 20U};                  ///< of one reply
    };
    /// Counted since the beginning, but for `open`, `idle` and `waiting`, which are now.
    struct Stats {
        std::uint64_t open{0};     ///< connections, those being made included
        std::uint64_t idle{0};     ///< of them
        std::uint64_t waiting{0};  ///< requests without a connection yet
        std::uint64_t opened{0};   ///< connections made
        std::uint64_t failed{0};   ///< connections that could not be made
        std::uint64_t reused{0};   ///< requests sent over a kept connection
        std::uint64_t repeated{0}; ///< requests sent again because the kept connection had gone
    };
    class Stream;

    Outbound(asio::io_context& loop, Config config);
    ~Outbound();
    Outbound(const Outbound&) = delete;
    Outbound& operator=(const Outbound&) = delete;

    /// Sends `request` (its target below the endpoint's path) and returns once the head of the reply has come; every status is a value.
    /// The caller's deadline holds at every step. Cancelled, the connection is closed at once.
    ///
    /// A kept connection that the peer had closed is noticed before sending where possible. Where not, the request is sent again, once,
    /// over a new connection, and only if not one byte of a reply came and the peer's TCP has acknowledged not one byte of the request:
    /// what was never acknowledged was never read.
    ///
    /// Errors, with the reason in parentheses:
    /// - `unavailable`: the name (DNS_FAILED), the address (CONNECT_FAILED), the proxy (PROXY_FAILED), TLS or the certificate (TLS_FAILED),
    ///   closed before the head (CONNECTION_CLOSED), not HTTP or too long a head (REPLY_MALFORMED), a body encoding that was not
    ///   asked for (ENCODING_REFUSED)
    /// - `resource_exhausted`: no connection became free (POOL_EXHAUSTED)
    /// - `deadline_exceeded`: the caller's own; the connect time-out is `unavailable` (CONNECT_TIMEOUT)
    /// - `cancelled`; `invalid_argument`: a line break in target or headers
    asio::awaitable<Result<Stream>> open(ClientRequest request, CallContext ctx);

    [[nodiscard]] const Url& endpoint() const;
    [[nodiscard]] Stats stats() const;  ///< from any thread

private:
    std::shared_ptr<ConnectionPool> pool_;
};

/// One reply being received. Movable; one call at a time. Destroyed before its end, it closes the connection at once.
class Outbound::Stream {
public:
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) noexcept;
    ~Stream();

    [[nodiscard]] const ClientResponse& head() const;  ///< status and headers; `body` is empty

    /// The next piece of the body as it came off the socket, framing removed; "" at the end, and again after it. Nothing is
    /// read ahead: who does not ask slows the peer.
    /// Errors end the stream, after the pieces that came before them: `unavailable` (REPLY_CUT, REPLY_MALFORMED), `resource_exhausted`
    /// (REPLY_TOO_LARGE), `deadline_exceeded`, `cancelled`; a call after an error fails with it again.
    asio::awaitable<Result<std::string>> next(CallContext ctx);
    /// What is left of the body, whole: for replies that are no streams. Errors: as above; REPLY_TOO_LARGE beyond `max_bytes`.
    asio::awaitable<Result<std::string>> rest(std::size_t max_bytes, CallContext ctx);

private:
    friend class Outbound;
    explicit Stream(std::shared_ptr<OutboundReply> reply);
    std::shared_ptr<OutboundReply> reply_;  // null once moved from
};
}  // namespace rondo::net
