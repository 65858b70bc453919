#include "edge/gateway/test_routes.hpp"

#include "base/json.hpp"
#include "platform/net/exchange.hpp"
#include "platform/net/problem.hpp"
#include "platform/store/reader.hpp"

#include <boost/json.hpp>

namespace rondo::gateway {
namespace {
using net::Exchange;
using net::Method;
namespace asio = net::asio;

constexpr std::size_t kMaxBody = 64U << 20U;    // the server's own limit may be lower
constexpr std::size_t kMaxMessage = 32U << 20U;  // suites send 16 MiB
constexpr std::size_t kMaxUnsent = 4 * kMaxMessage;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
/// A turn keeps its message id; the table of keys has those that came in a header only.
constexpr store::Sql kEffects =
    "SELECT count(*) FROM turns AS t WHERE t.message_id = ?1"
    " OR EXISTS (SELECT 1 FROM idempotency AS i WHERE i.scope = t.session AND i.key = ?1 AND i.result = t.number)";

asio::awaitable<void> ws_echo(Exchange& exchange) {
    auto socket = co_await exchange.upgrade({.deflate = true, .max_message = kMaxMessage, .max_unsent = kMaxUnsent});
    if (!socket) co_return;
    for (;;) {
        const auto message = co_await (*socket)->receive();
        if (!message) co_return;
        const auto sent = co_await (*socket)->send(message->kind, message->data);
        if (!sent) break;
    }
    while (co_await (*socket)->receive()) {}  // to the end of the closing handshake
}

asio::awaitable<void> echo(Exchange& exchange) {
    const auto& request = exchange.request();
    net::Response response{.content_type = std::string{request.header("content-type")}, .body = request.body};
    co_await exchange.respond(std::move(response));
}

asio::awaitable<void> strict_json(Exchange& exchange) {
    const auto& request = exchange.request();
    Result<boost::json::value> parsed;
    if (request.body.starts_with(kByteOrderMark)) {
        parsed =
            fail(Error{.code = Code::invalid_argument, .message = "JSON begins without a byte order mark", .reason = "MALFORMED_JSON"});
    } else {
        parsed = json::parse(request.body, {.max_bytes = kMaxBody});
    }
    if (!parsed) {
        auto refusal = net::problem(parsed.error(), request.path);
        refusal.status = 400;  // whatever the reason: a suite knows yes and no
        co_await exchange.respond(std::move(refusal));
        co_return;
    }
    co_await exchange.respond({.body = R"({"valid":true})"});
}

asio::awaitable<void> effects(Exchange& exchange, store::Database& database) {
    const std::string key{exchange.param("key")};
    // The tables follow the journal; count what was acknowledged, too.
    if (const auto shown = co_await database.projected(database.stats().last_seq); !shown) {
        co_await exchange.respond(net::problem(shown.error(), exchange.request().path));
        co_return;
    }
    const auto counted = co_await database.read([key](store::Reader& reader) { return reader.query(kEffects, {key}); });
    if (!counted) {
        co_await exchange.respond(net::problem(counted.error(), exchange.request().path));
        co_return;
    }
    const boost::json::object answer{{"key", key}, {"effects", counted->front().integer(0)}};
    co_await exchange.respond({.body = json::write(answer)});
}
}  // namespace

void add_test_routes(net::RouteTable& table, store::Database& database) {
    const auto add = [&table](Method method, const char* pattern, net::Handler handler) {
        table.add({.method = method,
                   .pattern = pattern,
                   .handler = std::move(handler),
                   .max_body = kMaxBody,
                   .name = "test",
                   .summary = "For conformance suites."});
    };
    add(Method::get, "/test/ws-echo", ws_echo);
    add(Method::post, "/test/echo", echo);
    add(Method::post, "/test/json", strict_json);
    add(Method::get, "/test/effects/{key}", [&database](Exchange& exchange) { return effects(exchange, database); });
}
}  // namespace rondo::gateway
