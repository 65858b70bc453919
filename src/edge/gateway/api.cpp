#include "edge/gateway/api.hpp"

#include "base/json.hpp"
#include "base/rng.hpp"
#include "edge/gateway/assets.hpp"
#include "edge/gateway/handlers.hpp"
#include "edge/gateway/test_routes.hpp"
#include "platform/net/problem.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace rondo::gateway {
namespace {
constexpr std::size_t kMaxBody = 256U << 10U;
constexpr std::size_t kMaxModelBody = 8U << 20U;  // of /v1: transcripts, pictures in them

/// Refusals in the words of an SDK.
net::RefusalWriter refusals_of(const sdk::Dialect& (*choose)(const net::Request&),
                               std::function<std::string(const net::Request&)> request_id) {
    return [choose, request_id = std::move(request_id)](const net::Request& request, const Error& error) {
        const sdk::Dialect& dialect = choose(request);
        auto response = dialect.refusal(error);
        sdk::identify(response, dialect, request_id(request));
        return response;
    };
}
}  // namespace

Api::Api(Backend backend)
    : backend_{std::move(backend)},
      gate_{backend_.gate, backend_.registry},
      hub_{backend_.registry},
      trace_seed_{Rng::from_entropy().next()} {}

CallContext Api::context(const net::Request& request, const Caller& caller) {
    return context(caller, parse_traceparent(request.header("traceparent")));
}

CallContext Api::context(const Caller& caller, std::string_view trace) {
    TraceContext parent;
    if (trace.size() == parent.trace_id.size()) std::ranges::copy(trace, parent.trace_id.begin());
    if (!parent.valid()) return context(caller, std::nullopt);
    parent.span_id.back() = 1;  // the standard wants one; the client's is not known
    return context(caller, parent);
}

CallContext Api::context(const Caller& caller, const std::optional<TraceContext>& parent) {
    CallContext ctx;
    ctx.scope = caller.who.scope;
    ctx.reach = caller.reach();
    ctx.key = caller.who.key;
    ctx.budget = caller.who.budget;
    Rng rng{mix(trace_seed_, traces_.fetch_add(1, std::memory_order_relaxed))};
    ctx.trace = parent ? *parent : new_trace(rng);
    return ctx;
}

net::Response Api::refused(const net::Request& request, const Entry& entry, const Error& error) {
    if (entry.refusal) return entry.refusal(request, error);
    return net::problem(error, request.path, context(request, {}).trace.trace_hex());
}

asio::awaitable<void> Api::serve(net::Exchange& exchange, const Entry& entry) {
    std::vector<net::Header> headers;
    const auto caller = gate_.admit(exchange.request(), entry.access, headers);
    if (!caller) {
        auto refusal = refused(exchange.request(), entry, caller.error());
        for (auto& header : headers) net::set_header(refusal, header.name, std::move(header.value));
        co_await exchange.respond(std::move(refusal));
        co_return;
    }
    const CallContext ctx = context(exchange.request(), *caller);
    const Handlers handlers{*this, *caller, ctx};
    gate_.audit(*caller, entry.name, exchange.request().path, ctx.trace);
    if (headers.empty()) co_return co_await (handlers.*entry.handler)(exchange);
    WithHeaders limited{exchange, caller->headers};
    co_await (handlers.*entry.handler)(limited);
}

net::RouteTable Api::routes() {
    using net::Method;
    using net::Priority;
    using enum guard::Action;
    using guard::Resource;
    constexpr Access kOpen{Resource::open, read};
    constexpr Access kCatalog{Resource::catalog, read};
    constexpr Access kReadSessions{Resource::sessions, read}, kChangeSessions{Resource::sessions, change};
    constexpr Access kReadTurns{Resource::turns, read}, kChangeTurns{Resource::turns, change};
    constexpr Access kWebSocket{Resource::turns, change, true};
    constexpr Access kReadSettings{Resource::settings, read}, kChangeSettings{Resource::settings, change};
    constexpr Access kUsage{Resource::usage, read};
    constexpr Access kReadBudgets{Resource::budgets, read}, kChangeBudgets{Resource::budgets, change};
    constexpr Access kOperations{Resource::operations, read};
    constexpr Access kMetrics{Resource::metrics, read};
    constexpr Access kModels{Resource::models, read};
    net::RouteTable table;
    const auto enter = [&](Method method, std::string pattern, std::size_t max_body, std::string summary, Entry entry) {
        const auto kept = std::make_shared<const Entry>(std::move(entry));
        table.add({.method = method,
                   .pattern = std::move(pattern),
                   .handler = [this, kept](net::Exchange& exchange) { return serve(exchange, *kept); },
                   .max_body = max_body,
                   .name = kept->name,
                   .summary = std::move(summary),
                   .refusal = kept->refusal,
                   .priority = kept->priority});
    };
    const auto add = [&](Access access, Method method, std::string pattern, std::string name, std::string summary, Handler handler,
                         Priority priority = Priority::fresh) {
        enter(method, std::move(pattern), kMaxBody, std::move(summary),
              {.access = access, .name = std::move(name), .handler = handler, .priority = priority});
    };
    // The SDKs' part: what is refused there is told in their shapes, whoever refuses it.
    const auto request_id = [this](const net::Request& request) { return context(request, {}).trace.trace_hex(); };
    const auto openai = refusals_of([](const net::Request&) -> const sdk::Dialect& { return sdk::openai_dialect(); }, request_id);
    const auto anthropic = refusals_of([](const net::Request&) -> const sdk::Dialect& { return sdk::anthropic_dialect(); }, request_id);
    const auto either = refusals_of(sdk::dialect_of, request_id);
    table.refuse_below("/v1/", either);
    table.screen([this](const net::Request& request, const net::RouteTable::Match& match) { return gate_.screen(request, match); });
    add(kChangeSessions, Method::post, "/api/v1/sessions", "create_session", "Begin a session in a scenario.", &Handlers::create_session);
    add(kReadSessions, Method::get, "/api/v1/sessions", "list_sessions", "Sessions, newest first; with q those that hold its words.",
        &Handlers::list_sessions);
    add(kReadSessions, Method::get, "/api/v1/sessions/{id}", "get_session", "One session and whether a turn is running in it.",
        &Handlers::get_session, Priority::ongoing);
    add(kChangeSessions, Method::delete_, "/api/v1/sessions/{id}", "delete_session", "Stop what runs and delete everything of the session.",
        &Handlers::delete_session);
    add(kReadSessions, Method::get, "/api/v1/sessions/{id}/messages", "list_messages",
        "What was said on one path of the conversation, oldest first.", &Handlers::list_messages, Priority::ongoing);
    add(kChangeTurns, Method::post, "/api/v1/sessions/{id}/turns", "post_turn", "Say something; the answer as JSON or as an event stream.",
        &Handlers::post_turn);
    add(kChangeTurns, Method::post, "/api/v1/sessions/{id}/turns/{n}/regenerate", "regenerate_turn",
        "Answer a turn's message anew, beside the answer it has.", &Handlers::regenerate_turn);
    add(kReadTurns, Method::get, "/api/v1/sessions/{id}/turns/{n}/events", "turn_events", "A turn's events, from Last-Event-ID on.",
        &Handlers::turn_events, Priority::ongoing);
    add(kChangeTurns, Method::post, "/api/v1/sessions/{id}/turns/{n}/stop", "stop_turn", "Stop a running turn, keeping what was answered.",
        &Handlers::stop_turn, Priority::ongoing);
    add(kChangeTurns, Method::post, "/api/v1/feedback/submit", "submit_feedback", "Rate a turn with one to five stars.",
        &Handlers::submit_feedback, Priority::ongoing);
    add({Resource::turns, read}, Method::post, "/api/v1/ws-tickets", "create_ws_ticket",
        "A ticket that opens one WebSocket within half a minute, for browsers.", &Handlers::create_ticket);
    add(kWebSocket, Method::get, "/api/v1/ws", "web_socket", "Converse over a WebSocket.", &Handlers::web_socket, Priority::ongoing);
    add(kCatalog, Method::get, "/api/v1/scenarios", "list_scenarios", "The installed scenarios.", &Handlers::list_scenarios);
    add(kReadSettings, Method::get, "/api/v1/config", "get_config", "Every setting with its source.", &Handlers::get_config);
    add(kReadSettings, Method::get, "/api/v1/config/schema", "get_config_schema", "JSON Schema of the configuration file.",
        &Handlers::get_config_schema);
    add(kReadSettings, Method::get, "/api/v1/config/workflow", "get_workflow", "The workflow in force and where it is from.",
        &Handlers::get_workflow);
    add(kChangeSettings, Method::put, "/api/v1/config/workflow", "put_workflow",
        "Put another workflow in force; persist=true also keeps it as a file.", &Handlers::put_workflow);
    add(kReadSettings, Method::get, "/api/v1/config/workflow/schema", "get_workflow_schema", "JSON Schema of a workflow.",
        &Handlers::get_workflow_schema);
    add(kCatalog, Method::post, "/api/v1/workflow/check", "check_workflow", "Check a workflow and print its graph; nothing is changed.",
        &Handlers::check_workflow);
    add(kUsage, Method::get, "/api/v1/usage", "get_usage", "What calls used and cost, added up; JSON or CSV.", &Handlers::get_usage);
    add(kReadBudgets, Method::get, "/api/v1/budgets", "list_budgets", "The caller's own budget and, for operators, those that were set.",
        &Handlers::list_budgets);
    add(kReadBudgets, Method::get, "/api/v1/budgets/{subject}", "get_budget", "How a budget stands in this day and month.",
        &Handlers::get_budget);
    add(kChangeBudgets, Method::put, "/api/v1/budgets/{subject}", "put_budget", "Set a budget in place of the default.",
        &Handlers::put_budget);
    add(kChangeBudgets, Method::delete_, "/api/v1/budgets/{subject}", "reset_budget", "Back to the default.", &Handlers::reset_budget);
    add(kChangeBudgets, Method::post, "/api/v1/budgets/{subject}/reconcile", "reconcile_budget",
        "Give back what a crash left unaccounted for.", &Handlers::reconcile_budget);
    add(kOperations, Method::get, "/api/v1/events", "list_events",
        "Alerts about money and moves of breakers; a list, or a stream without end.", &Handlers::list_events, Priority::ongoing);
    add(kOperations, Method::get, "/api/v1/targets", "list_targets", "The providers: how they are reached and how they are.",
        &Handlers::list_targets);
    enter(Method::post, "/v1/chat/completions", kMaxModelBody, "An answer of a model, in the shapes of OpenAI's API.",
          {kModels, "chat_completions", &Handlers::chat_completions, openai});
    enter(Method::post, "/v1/messages", kMaxModelBody, "An answer of a model, in the shapes of Anthropic's API.",
          {kModels, "anthropic_messages", &Handlers::anthropic_messages, anthropic});
    enter(Method::post, "/v1/embeddings", kMaxModelBody, "Texts as vectors, in the shapes of OpenAI's API.",
          {kModels, "embeddings", &Handlers::embeddings, openai});
    enter(Method::get, "/v1/models", kMaxBody, "The names a request may ask for.",
          {kModels, "list_models", &Handlers::list_models, either});
    add(kMetrics, Method::get, "/metrics", "metrics", "Prometheus metrics.", &Handlers::metrics, Priority::vital);
    add(kOpen, Method::get, "/livez", "livez", "The process is alive.", &Handlers::live, Priority::vital);
    add(kOpen, Method::get, "/readyz", "readyz", "New work is accepted.", &Handlers::ready, Priority::vital);
    add(kOpen, Method::get, "/health", "health", "The same as /readyz.", &Handlers::ready, Priority::vital);
    add(kOpen, Method::get, "/version", "version", "Version and build.", &Handlers::version, Priority::vital);
    add_assets(table);
    if (backend_.test_routes) add_test_routes(table, backend_.operations.database);
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
