#pragma once
#include "edge/gateway/api.hpp"
#include "edge/gateway/codec.hpp"

namespace rondo::gateway {
/// One function per route. Each answers its exchange exactly once.
struct Handlers {
    Api& api;
    const Caller& caller;

    // sessions_api.cpp
    asio::awaitable<void> create_session(net::Exchange& exchange) const;
    asio::awaitable<void> list_sessions(net::Exchange& exchange) const;
    asio::awaitable<void> get_session(net::Exchange& exchange) const;
    asio::awaitable<void> list_messages(net::Exchange& exchange) const;
    asio::awaitable<void> delete_session(net::Exchange& exchange) const;
    // turns_api.cpp
    asio::awaitable<void> post_turn(net::Exchange& exchange) const;
    asio::awaitable<void> regenerate_turn(net::Exchange& exchange) const;
    asio::awaitable<void> turn_events(net::Exchange& exchange) const;
    asio::awaitable<void> stop_turn(net::Exchange& exchange) const;
    asio::awaitable<void> submit_feedback(net::Exchange& exchange) const;
    // catalog_api.cpp
    asio::awaitable<void> list_scenarios(net::Exchange& exchange) const;
    asio::awaitable<void> metrics(net::Exchange& exchange) const;
    asio::awaitable<void> live(net::Exchange& exchange) const;
    asio::awaitable<void> ready(net::Exchange& exchange) const;
    asio::awaitable<void> version(net::Exchange& exchange) const;
    // config_api.cpp
    asio::awaitable<void> get_config(net::Exchange& exchange) const;
    asio::awaitable<void> get_config_schema(net::Exchange& exchange) const;
    asio::awaitable<void> get_workflow(net::Exchange& exchange) const;
    asio::awaitable<void> get_workflow_schema(net::Exchange& exchange) const;
    asio::awaitable<void> put_workflow(net::Exchange& exchange) const;

    // completions_api.cpp
    asio::awaitable<void> chat_completions(net::Exchange& exchange) const;
    asio::awaitable<void> anthropic_messages(net::Exchange& exchange) const;
    asio::awaitable<void> list_models(net::Exchange& exchange) const;
    // usage_api.cpp
    asio::awaitable<void> get_usage(net::Exchange& exchange) const;
    // budgets_api.cpp
    asio::awaitable<void> list_budgets(net::Exchange& exchange) const;
    asio::awaitable<void> get_budget(net::Exchange& exchange) const;
    asio::awaitable<void> put_budget(net::Exchange& exchange) const;
    asio::awaitable<void> reset_budget(net::Exchange& exchange) const;
    asio::awaitable<void> reconcile_budget(net::Exchange& exchange) const;
    // events_api.cpp
    asio::awaitable<void> list_events(net::Exchange& exchange) const;
    // targets_api.cpp
    asio::awaitable<void> list_targets(net::Exchange& exchange) const;
    // workflow_api.cpp
    asio::awaitable<void> check_workflow(net::Exchange& exchange) const;

private:
    [[nodiscard]] const Backend& backend() const { return api.backend_; }
    [[nodiscard]] CallContext context(net::Exchange& exchange) const { return api.context(exchange.request(), caller); }
    /// Why new work is refused, when it is.
    [[nodiscard]] Status accepting() const { return api.backend_.ready(); }

    /// A session as this caller may see it.
    [[nodiscard]] boost::json::object shown(const turn::StoredSession& session, const turn::Catalog& catalog) const;

    static asio::awaitable<void> refuse(net::Exchange& exchange, const Error& error, const CallContext& ctx);
    static asio::awaitable<void> answer(net::Exchange& exchange, int status, const boost::json::value& body);
    /// Answers with the turn, as JSON once it has ended or as a stream, as the client accepts it.
    asio::awaitable<void> answer_turn(net::Exchange& exchange, CallContext ctx, SessionId id, Result<turn::TurnHandle> handle) const;
    asio::awaitable<void> search_sessions(net::Exchange& exchange, CallContext ctx, turn::SearchWords words, Paging page) const;
    /// Counts what a turn used against the caller's tokens, when those are limited; waits for its end, also when the client has left.
    asio::awaitable<void> count_tokens(SessionId id, turn::TurnHandle handle) const;
    asio::awaitable<void> tell(net::Exchange& exchange, CallContext ctx, SessionId id, turn::TurnHandle handle) const;
    /// How a budget stands. Errors: the ledger's.
    [[nodiscard]] asio::awaitable<Result<boost::json::object>> budget(ledger::Subject subject) const;
    asio::awaitable<void> answer_budget(net::Exchange& exchange, CallContext ctx, ledger::Subject subject) const;
    asio::awaitable<void> follow_events(net::Exchange& exchange, CallContext ctx, store::EventId after) const;
};
}  // namespace rondo::gateway
