#pragma once
#include "base/async/context.hpp"
#include "base/result.hpp"
#include "platform/net/client_request.hpp"
#include "platform/net/response_parser.hpp"
#include "platform/net/sse.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace rondo::net {
namespace asio = boost::asio;

/// One answer read event by event. Borrows its client's connection: use it before the client's next request, and not
/// after the client is gone.
class SseReader {
public:
    /// Status and headers. An answer that is no event stream (an error, usually) has its whole body here and no events.
    [[nodiscard]] const ClientResponse& response() const;
    /// The next event; nullopt at the end of the stream. Errors: `unavailable` (cut short), `deadline_exceeded`,
    /// `cancelled`, `resource_exhausted` (an event over 1 MiB).
    asio::awaitable<Result<std::optional<SseEvent>>> next(CallContext ctx);
    [[nodiscard]] const std::string& last_event_id() const;

private:
    friend class HttpClient;
    struct State;
    explicit SseReader(std::shared_ptr<State> state) : state_{std::move(state)} {}
    std::shared_ptr<State> state_;
};

/// A small HTTP/1.1 client for plain http: one connection, kept between requests, one request at a time, on one executor.
/// Used by the terminal client and tests; outbound calls to providers want TLS and pools, which this has not.
class HttpClient {
public:
    /// `host`: an IP literal or a name. Connects with the first request.
    HttpClient(asio::any_io_executor executor, std::string host, std::uint16_t port, std::size_t max_body_bytes = 64U << 20U);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Any status is a value. A kept connection that the server has closed is opened anew before sending; nothing is
    /// sent twice. Errors: `unavailable`, `deadline_exceeded`, `cancelled`, `resource_exhausted` (body); all close the connection.
    asio::awaitable<Result<ClientResponse>> send(ClientRequest request, CallContext ctx);
    /// Sends and returns once the head has come (with the whole body if it is no event stream). Errors as above.
    asio::awaitable<Result<SseReader>> stream(ClientRequest request, CallContext ctx);
    void close();

private:
    friend class SseReader;
    class Connection;
    std::shared_ptr<Connection> connection_;
};
}  // namespace rondo::net
