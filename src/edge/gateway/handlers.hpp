#pragma once
#include "edge/gateway/api.hpp"
#include "edge/gateway/codec.hpp"
#include "edge/gateway/sdk_call.hpp"
#include "edge/gateway/transcript.hpp"

#include <memory>
#include <optional>
#include <string_view>

namespace rondo::gateway {
/// Models of this name are scenarios: rondo/sales-zh.
inline constexpr std::string_view kScenarioModels = "rondo/";

/// Makes a wanted session the caller's, or the user's it names, and completes it: id (it follows from `idempotency_key` when there is one),
/// time, seed. Errors: `permission_denied`, reason ANOTHER_USER.
[[nodiscard]] Status complete_session(turn::SessionCreated& wanted, const CallContext& ctx, std::string_view idempotency_key);
/// Counts what a turn used against the caller's tokens, when those are limited; waits for its end, also when the client has left.
asio::awaitable<void> count_tokens(turn::Turns& turns, Gate& gate, guard::Principal who, SessionId id, turn::TurnHandle handle);

/// One function per route. Each answers its exchange exactly once.
struct Handlers {
    Api& api;
    const Caller& caller;
    const CallContext& ctx;  ///< of this request

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
    // ws_api.cpp
    asio::awaitable<void> web_socket(net::Exchange& exchange) const;
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
    // embeddings_api.cpp
    asio::awaitable<void> embeddings(net::Exchange& exchange) const;
    // tickets_api.cpp
    asio::awaitable<void> create_ticket(net::Exchange& exchange) const;
    // workflow_api.cpp
    asio::awaitable<void> check_workflow(net::Exchange& exchange) const;

private:
    [[nodiscard]] const Backend& backend() const { return api.backend_; }
    /// Why new work is refused, when it is.
    [[nodiscard]] Status accepting() const { return api.backend_.accepting(); }

    /// A session as this caller may see it.
    [[nodiscard]] boost::json::object shown(const turn::StoredSession& session, const turn::Catalog& catalog) const;

    static asio::awaitable<void> refuse(net::Exchange& exchange, const Error& error, const CallContext& ctx);
    static asio::awaitable<void> answer(net::Exchange& exchange, int status, const boost::json::value& body);
    /// Answers with the turn, as JSON once it has ended or as a stream, as the client accepts it.
    asio::awaitable<void> answer_turn(net::Exchange& exchange, CallContext ctx, SessionId id, Result<turn::TurnHandle> handle) const;
    asio::awaitable<void> search_sessions(net::Exchange& exchange, CallContext ctx, turn::SearchWords words, Paging page) const;
    asio::awaitable<void> tell(net::Exchange& exchange, CallContext ctx, SessionId id, turn::TurnHandle handle) const;
    /// How a budget stands. Errors: the ledger's.
    [[nodiscard]] asio::awaitable<Result<boost::json::object>> budget(ledger::Subject subject) const;
    asio::awaitable<void> answer_budget(net::Exchange& exchange, CallContext ctx, ledger::Subject subject) const;
    asio::awaitable<void> follow_events(net::Exchange& exchange, CallContext ctx, store::EventId after) const;

    /// One request of an SDK: a model's answer, or a scenario's.
    asio::awaitable<void> complete(net::Exchange& exchange, const sdk::Dialect& dialect) const;
    asio::awaitable<void> pass_through(sdk::Call& call, sdk::Wire& wire) const;
    // conversation_api.cpp
    struct Begun {
        SessionId session;
        turn::TurnHandle handle;
    };
    /// The scenario's name in "rondo/NAME"; nullopt for another model.
    [[nodiscard]] static std::optional<std::string_view> played_scenario(std::string_view model);
    asio::awaitable<void> converse(sdk::Call& call, sdk::Wire& wire, std::string_view scenario) const;
    asio::awaitable<Result<Begun>> begin(sdk::Call& call, const Transcript& said, std::string_view scenario) const;
    asio::awaitable<Result<Begun>> start(sdk::Call& call, turn::TurnRequest request) const;
    asio::awaitable<Status> enter(CallContext ctx, SessionId id, std::string_view scenario) const;
    asio::awaitable<Result<std::shared_ptr<const turn::TurnRecord>>> hear(sdk::Call& call, sdk::Wire& wire, SessionId id,
                                                                          turn::TurnHandle handle) const;
    asio::awaitable<void> conclude(sdk::Call& call, sdk::Wire& wire, const Result<std::shared_ptr<const turn::TurnRecord>>& ended) const;
    void remember(const sdk::Call& call, std::string_view scenario, Transcript said, const SessionId& id,
                  const turn::TurnRecord& record) const;
    [[nodiscard]] std::optional<Place> recall(const sdk::Call& call, std::string_view scenario, const Transcript& said) const;
};
}  // namespace rondo::gateway
