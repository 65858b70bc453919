#include "base/json_reader.hpp"
#include "edge/gateway/codec.hpp"
#include "edge/gateway/handlers.hpp"
#include "edge/gateway/wire/connection.hpp"

#include <boost/asio/this_coro.hpp>

#include <string>
#include <utility>

namespace rondo::gateway {
namespace {
/// All lines of the header, as if they were one (RFC 6455, 11.3.4).
std::string offered_protocols(const net::Request& request) {
    std::string all;
    for (const auto& header : request.headers) {
        if (net::same_word(header.name, "sec-websocket-protocol")) all.append(all.empty() ? "" : ",").append(header.value);
    }
    return all;
}

/// Where the address says to begin; nullopt: it says nothing. Errors: `invalid_argument`.
Result<std::optional<wire::Connection::Place>> place_of(const net::Request& request) {
    const auto session = request.query_value("session");
    const auto after = request.query_value("after");
    if (!session && after) return fail(json::invalid({{"after", "needs `session`"}}));
    if (!session) return std::nullopt;
    if (!valid_id(*session)) return fail(json::invalid({{"session", kIdRule}}));
    wire::Connection::Place place{SessionId{*session}, {}};
    if (!after) return place;
    place.after = store::EventId::parse(*after);
    if (!place.after) return fail(json::invalid({{"after", "must be a place in the session's events, like 3.17"}}));
    return place;
}
}  // namespace

asio::awaitable<void> Handlers::web_socket(net::Exchange& exchange) const {
    if (const auto status = accepting(); !status) co_return co_await refuse(exchange, status.error(), ctx);
    const auto choice = wire::choose_protocol(offered_protocols(exchange.request()));
    if (!choice) co_return co_await refuse(exchange, choice.error(), ctx);
    auto place = place_of(exchange.request());
    if (!place) co_return co_await refuse(exchange, place.error(), ctx);

    const wire::Config config = backend().web_sockets();
    const auto connection = std::make_shared<wire::Connection>(
        wire::Connection::Parts{.backend = backend(),
                                .gate = api.gate_,
                                .hub = api.hub_,
                                .config = config,
                                .protocol = choice->protocol,
                                .caller = caller,
                                .context = [&owner = api](const Caller& who, std::string_view trace) { return owner.context(who, trace); },
                                .begin_work = [&exchange](net::Priority priority) { return exchange.begin_work(priority); },
                                .executor = co_await asio::this_coro::executor});
    auto socket = co_await exchange.upgrade({.protocol = std::string{choice->answer},
                                             .deflate = choice->protocol != wire::Protocol::pb,
                                             .max_message = static_cast<std::size_t>(config.max_message_bytes),
                                             .max_unsent = static_cast<std::size_t>(config.max_unsent_bytes),
                                             .on_drain = [connection] { connection->drain(); },
                                             .heartbeat = config.heartbeat});
    if (!socket) co_return;
    std::optional<wire::Hub::Place> seat{std::in_place};
    if (!caller.who.anonymous()) seat = api.hub_.enter("key\n" + caller.who.key, config.connections_per_key);
    if (!seat) (*socket)->close(1013, "too many connections of this key; close one of them or try again later");
    else api.hub_.listen(connection);
    co_await connection->run(**socket, seat ? std::move(*place) : std::nullopt);
}
}  // namespace rondo::gateway
