#include "platform/net/outbound_connection.hpp"
#include "platform/net/proxy.hpp"
#include "platform/net/response_parser.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace rondo::net {
namespace {
using ErrorCode = boost::system::error_code;
using asio::ip::tcp;
constexpr std::size_t kMaxAddresses = 8;  // of one name; the connect time-out is shared among them

std::unexpected<Error> unreachable(std::string message, const char* reason) {
    return fail(Error{Code::unavailable, std::move(message), {}, reason});
}

/// A question to the resolver's thread, which cannot be called back: who gives up leaves it behind.
struct Lookup {
    explicit Lookup(const Executor& executor, TimePoint deadline) : resolver{executor}, answered{executor, deadline} {}
    asio::ip::basic_resolver<tcp, Executor> resolver;
    LoopTimer answered;  // cancelled by the answer
    bool done{false};
    ErrorCode ec;
    std::vector<tcp::endpoint> endpoints;
};
}  // namespace

asio::awaitable<Status> OutboundConnection::dial(const Outbound::Config& config, TimePoint deadline) {
    const TimePoint limit = std::min(deadline, Clock::now() + config.connect_timeout);
    auto made = co_await dial_until(config, limit);
    if (made) co_return Status{};
    close();
    if (made.error().code == Code::deadline_exceeded && limit < deadline) {
        co_return unreachable("cannot reach " + config.endpoint.host + " within the connect time-out", "CONNECT_TIMEOUT");
    }
    co_return made;
}

asio::awaitable<Status> OutboundConnection::dial_until(const Outbound::Config& config, TimePoint deadline) {
    auto done = co_await connect(config.proxy ? *config.proxy : config.endpoint, deadline);
    if (!done) {
        if (config.proxy && done.error().code == Code::unavailable) co_return unreachable("proxy: " + done.error().message, "PROXY_FAILED");
        co_return done;
    }
    transport_ = make_plain_transport(socket_);
    if (!config.endpoint.tls) co_return Status{};
    if (config.proxy) {
        done = co_await tunnel(config.endpoint, *config.proxy, deadline);
        if (!done) co_return done;
        tunnel_bytes_ = transport_->sent();
    }
    transport_ = make_tls_transport(socket_, *config.tls, config.endpoint);
    drained_ = false;
    co_return co_await shake_hands(config, deadline);
}

asio::awaitable<Result<std::vector<tcp::endpoint>>> OutboundConnection::resolve(const Url& hop, TimePoint deadline) {
    ErrorCode ec;
    const auto address = asio::ip::make_address(hop.host, ec);
    if (!ec) co_return std::vector{tcp::endpoint{address, hop.port}};

    const auto lookup = std::make_shared<Lookup>(socket_.get_executor(), deadline);
    lookup->resolver.async_resolve(hop.host, std::to_string(hop.port), tcp::resolver::numeric_service,
                                   [lookup](ErrorCode error, const tcp::resolver::results_type& found) {
                                       lookup->done = true;
                                       lookup->ec = error;
                                       for (const auto& entry : found) {
                                           if (lookup->endpoints.size() < kMaxAddresses) lookup->endpoints.push_back(entry.endpoint());
                                       }
                                       lookup->answered.cancel();
                                   });
    co_await lookup->answered.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (!lookup->done) lookup->resolver.cancel();
    if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
    if (!lookup->done) co_return fail(Code::deadline_exceeded, "the name " + hop.host + " was not found in time");
    if (lookup->ec) co_return unreachable("cannot find " + hop.host + ": " + lookup->ec.message(), "DNS_FAILED");
    co_return std::move(lookup->endpoints);
}

/// Tries the addresses in the resolver's order, each with its share of the time that is left.
asio::awaitable<Status> OutboundConnection::connect(const Url& hop, TimePoint deadline) {
    const auto addresses = co_await resolve(hop, deadline);
    if (!addresses) co_return propagate(addresses);
    Status last = unreachable("no address of " + hop.host + " is known", "DNS_FAILED");
    auto left = static_cast<int>(addresses->size());
    for (const auto& address : *addresses) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
        const auto now = Clock::now();
        arm(now + (deadline - now) / left--);
        ErrorCode ec;
        socket_.close(ec);
        socket_.open(address.protocol(), ec);
        if (!ec) {
            waiting_ = true;
            co_await socket_.async_connect(address, asio::redirect_error(asio::use_awaitable, ec));
            waiting_ = false;
        }
        if (!ec) {
            socket_.non_blocking(true, ec);
            socket_.set_option(tcp::no_delay{true}, ec);
            co_return Status{};
        }
        if (ec == asio::error::operation_aborted) {
            last = judge_wait(true);
            if (last.error().code == Code::cancelled) co_return last;
        } else {
            last = unreachable("cannot connect to " + hop.host_and_port() + ": " + ec.message(), "CONNECT_FAILED");
        }
    }
    co_return last;
}

/// Asks the proxy for a way through to the endpoint (RFC 9110, section 9.3.6).
asio::awaitable<Status> OutboundConnection::tunnel(const Url& endpoint, const Url& proxy, TimePoint deadline) {
    const std::string where = endpoint.host_and_port();
    const std::string head = "CONNECT " + where + " HTTP/1.1\r\nHost: " + where + "\r\n" + proxy_authorization(proxy) + "\r\n";
    const auto sent = co_await send(head, {}, deadline);
    if (!sent && sent.error().code != Code::unavailable) co_return sent;

    ResponseParser parser{true, 0};
    while (!parser.done()) {
        const auto more = co_await receive(deadline);
        if (!more && more.error().code != Code::unavailable) co_return propagate(more);
        if (!more || !*more) co_return unreachable("the proxy closed the connection", "PROXY_FAILED");
        const auto used = parser.feed(input_.bytes());
        if (!used) co_return unreachable("the proxy does not answer in HTTP", "PROXY_FAILED");
        input_.consume(*used);
    }
    const int status = parser.response().status;
    if (status == 407) co_return unreachable("the proxy wants other credentials (407); its address takes user:password@", "PROXY_FAILED");
    if (status / 100 != 2)
        co_return unreachable("the proxy refused to connect to " + where + ": " + std::to_string(status), "PROXY_FAILED");
    // Our side speaks first in TLS: whatever stands here is not from the endpoint.
    if (!input_.empty()) co_return unreachable("the proxy sent more than its answer", "PROXY_FAILED");
    co_return Status{};
}

asio::awaitable<Status> OutboundConnection::shake_hands(const Outbound::Config& config, TimePoint deadline) {
    for (;;) {
        const auto step = transport_->handshake();
        if (step.outcome == Transport::Outcome::moved) co_return Status{};
        if (step.outcome == Transport::Outcome::ended || step.outcome == Transport::Outcome::failed) {
            co_return unreachable("no TLS with " + config.endpoint.host + ": " + transport_->why(), "TLS_FAILED");
        }
        const auto waited = co_await wait(step.outcome, deadline);
        if (!waited) co_return waited;
    }
}
}  // namespace rondo::net
