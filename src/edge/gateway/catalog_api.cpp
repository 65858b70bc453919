#include "edge/gateway/codec.hpp"
#include "edge/gateway/handlers.hpp"
#include "platform/net/problem.hpp"

#include <boost/json.hpp>

namespace rondo::gateway {
asio::awaitable<void> Handlers::list_scenarios(net::Exchange& exchange) const {
    const auto catalog = backend().catalog();
    boost::json::array scenarios;
    for (const auto& [id, scenario] : catalog->scenarios()) scenarios.push_back(scenario_json(*scenario));
    const auto speaker = backend().speaker();
    co_await answer(exchange, 200,
                    {{"scenarios", std::move(scenarios)}, {"model", {{"name", speaker.name}, {"embedded", speaker.embedded}}}});
}

asio::awaitable<void> Handlers::metrics(net::Exchange& exchange) const {
    co_await exchange.respond({.content_type = obs::Registry::kContentType, .body = backend().registry.expose()});
}

asio::awaitable<void> Handlers::live(net::Exchange& exchange) const { co_await answer(exchange, 200, {{"status", "ok"}}); }

asio::awaitable<void> Handlers::ready(net::Exchange& exchange) const {
    const auto status = backend().ready();
    if (!status) co_return co_await refuse(exchange, status.error(), ctx);
    co_await answer(exchange, 200, {{"status", "ok"}, {"version", backend().version}});
}

asio::awaitable<void> Handlers::version(net::Exchange& exchange) const {
    co_await answer(exchange, 200, {{"name", "rondo"}, {"version", backend().version}, {"revision", backend().revision}});
}
}  // namespace rondo::gateway
