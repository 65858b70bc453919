#include "base/json_reader.hpp"
#include "edge/gateway/handlers.hpp"

namespace rondo::gateway {
namespace {
constexpr const char* kSchemaType = "application/schema+json";

/// "true", "false" or not there. Errors: `invalid_argument`.
Result<bool> persist(const net::Request& request) {
    const auto value = request.query_value("persist");
    if (!value || *value == "false") return false;
    if (*value == "true") return true;
    return fail(json::invalid({{"persist", "must be true or false"}}));
}
}  // namespace

asio::awaitable<void> Handlers::get_config(net::Exchange& exchange) const {
    co_await exchange.respond({.body = backend().config.settings()});
}

asio::awaitable<void> Handlers::get_config_schema(net::Exchange& exchange) const {
    co_await exchange.respond({.content_type = kSchemaType, .body = backend().config.settings_schema()});
}

asio::awaitable<void> Handlers::get_workflow(net::Exchange& exchange) const {
    co_await exchange.respond({.body = backend().config.workflow()});
}

asio::awaitable<void> Handlers::get_workflow_schema(net::Exchange& exchange) const {
    co_await exchange.respond({.content_type = kSchemaType, .body = backend().config.workflow_schema()});
}

asio::awaitable<void> Handlers::put_workflow(net::Exchange& exchange) const {
    if (const auto status = accepting(); !status) co_return co_await refuse(exchange, status.error(), ctx);
    const auto keep = persist(exchange.request());
    if (!keep) co_return co_await refuse(exchange, keep.error(), ctx);
    auto replaced = co_await backend().config.replace_workflow(exchange.request().body, *keep);
    if (!replaced) co_return co_await refuse(exchange, replaced.error(), ctx);
    co_await exchange.respond({.body = std::move(*replaced)});
}
}  // namespace rondo::gateway
