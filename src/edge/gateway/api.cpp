#include "edge/gateway/api.hpp"

#include "base/json.hpp"
#include "base/rng.hpp"
#include "edge/gateway/assets.hpp"
#include "edge/gateway/handlers.hpp"
#include "platform/net/problem.hpp"

#include <boost/json.hpp>

namespace rondo::gateway {
namespace {
constexpr std::size_t kMaxBody = 256U << 10U;
}

Api::Api(Backend backend) : backend_{std::move(backend)}, trace_seed_{Rng::from_entropy().next()} {}

CallContext Api::context(const net::Request& request) {
    CallContext ctx;
    ctx.scope = {TenantId{"default"}, UserId{"anonymous"}};
    Rng rng{mix(trace_seed_, traces_.fetch_add(1, std::memory_order_relaxed))};
    const auto parent = parse_traceparent(request.header("traceparent"));
    ctx.trace = parent ? *parent : new_trace(rng);
    return ctx;
}

net::RouteTable Api::routes() {
    using net::Method;
    net::RouteTable table;
    const auto add = [&](Method method, std::string pattern, std::string name, std::string summary,
                         asio::awaitable<void> (Handlers::*handler)(net::Exchange&) const) {
        table.add({.method = method,
                   .pattern = std::move(pattern),
                   // A coroutine of its own: the Handlers must live as long as the call.
                   .handler = [this, handler](net::Exchange& exchange) -> asio::awaitable<void> {
                       const Handlers handlers{*this};
                       co_await (handlers.*handler)(exchange);
                   },
                   .max_body = kMaxBody,
                   .name = std::move(name),
                   .summary = std::move(summary)});
    };
    add(Method::post, "/api/v1/sessions", "create_session", "Begin a session in a scenario.", &Handlers::create_session);
    add(Method::get, "/api/v1/sessions", "list_sessions", "Sessions, newest first; with q those that hold its words.",
        &Handlers::list_sessions);
    add(Method::get, "/api/v1/sessions/{id}", "get_session", "One session and whether a turn is running in it.", &Handlers::get_session);
    add(Method::delete_, "/api/v1/sessions/{id}", "delete_session", "Stop what runs and delete everything of the session.",
        &Handlers::delete_session);
    add(Method::get, "/api/v1/sessions/{id}/messages", "list_messages", "What was said on one path of the conversation, oldest first.",
        &Handlers::list_messages);
    add(Method::post, "/api/v1/sessions/{id}/turns", "post_turn", "Say something; the answer as JSON or as an event stream.",
        &Handlers::post_turn);
    add(Method::post, "/api/v1/sessions/{id}/turns/{n}/regenerate", "regenerate_turn",
        "Answer a turn's message anew, beside the answer it has.", &Handlers::regenerate_turn);
    add(Method::get, "/api/v1/sessions/{id}/turns/{n}/events", "turn_events", "A turn's events, from Last-Event-ID on.",
        &Handlers::turn_events);
    add(Method::post, "/api/v1/sessions/{id}/turns/{n}/stop", "stop_turn", "Stop a running turn, keeping what was answered.",
        &Handlers::stop_turn);
    add(Method::post, "/api/v1/feedback/submit", "submit_feedback", "Rate a turn with one to five stars.", &Handlers::submit_feedback);
    add(Method::get, "/api/v1/scenarios", "list_scenarios", "The installed scenarios.", &Handlers::list_scenarios);
    add(Method::get, "/api/v1/config", "get_config", "Every setting with its source.", &Handlers::get_config);
    add(Method::get, "/api/v1/config/schema", "get_config_schema", "JSON Schema of the configuration file.", &Handlers::get_config_schema);
    add(Method::get, "/api/v1/config/workflow", "get_workflow", "The workflow in force and where it is from.", &Handlers::get_workflow);
    add(Method::put, "/api/v1/config/workflow", "put_workflow", "Put another workflow in force; persist=true also keeps it as a file.",
        &Handlers::put_workflow);
    add(Method::get, "/api/v1/config/workflow/schema", "get_workflow_schema", "JSON Schema of a workflow.", &Handlers::get_workflow_schema);
    add(Method::post, "/api/v1/workflow/check", "check_workflow", "Check a workflow and print its graph; nothing is changed.",
        &Handlers::check_workflow);
    add(Method::get, "/metrics", "metrics", "Prometheus metrics.", &Handlers::metrics);
    add(Method::get, "/livez", "livez", "The process is alive.", &Handlers::live);
    add(Method::get, "/readyz", "readyz", "New work is accepted.", &Handlers::ready);
    add(Method::get, "/health", "health", "The same as /readyz.", &Handlers::ready);
    add(Method::get, "/version", "version", "Version and build.", &Handlers::version);
    add_assets(table);
    return table;
}

asio::awaitable<void> Handlers::refuse(net::Exchange& exchange, const Error& error, const CallContext& ctx) {
    co_await exchange.respond(net::problem(error, exchange.request().path, ctx.trace.trace_hex()));
}

asio::awaitable<void> Handlers::answer(net::Exchange& exchange, int status, const boost::json::value& body) {
    net::Response response{.status = status};
    response.body = json::write(body);
    co_await exchange.respond(std::move(response));
}
}  // namespace rondo::gateway
