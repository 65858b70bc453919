#include "talk/turn/coordinator.hpp"

namespace rondo::turn {
namespace {
using Outcomes = std::map<std::string, agent::Outcome, std::less<>>;

/// Turns what the graph does into what the turn tells.
class Teller final : public flow::Observer {
public:
    /// `outcomes`: what the nodes gave, by name; taken from there when a node has finished.
    Teller(LiveTurn& turn, Metrics& metrics, Outcomes& outcomes) : turn_{turn}, metrics_{metrics}, outcomes_{outcomes} {}

    void node_started(std::string_view node) override { turn_.tell_node_started(node); }
    void node_finished(const flow::NodeReport& report) override {
        std::optional<agent::Outcome> outcome;
        if (const auto found = outcomes_.find(report.node); found != outcomes_.end()) outcome = std::move(found->second);
        turn_.tell_node_finished(report.node, name(report.status), report.label, report.duration, std::move(outcome));
        metrics_.node(report.node, name(report.status), report.duration);
    }

private:
    LiveTurn& turn_;
    Metrics& metrics_;
    Outcomes& outcomes_;
};

bool compliance_blocks(const flow::WorkflowGraph& graph) {
    const auto node = graph.find("compliance");
    return node && graph.settings(*node).blocking;
}

/// Takes an earlier attempt's answer, which was settled then, into the turn's account.
void book(ledger::Receipt& receipt, const agent::NpcOutcome& npc, Money cost) {
    receipt.usage += npc.usage;
    receipt.cost += cost;
    receipt.model = npc.model;
}

/// True when `board` holds a verdict that forbids the answer.
bool forbidden(const agent::Board& board) { return board.compliance && board.compliance->report.risk_level == scenario::Risk::block; }
}  // namespace

asio::awaitable<void> TurnCoordinator::run(AdmittedTurn admitted, CallContext ctx, std::optional<Resumption> resumption) {
    co_await asio::this_coro::throw_if_cancelled(false);
    auto span = services_.tracer.start("turn", ctx.trace, rng_);
    span.set("session_id", admitted.session->stored.created.id).set("turn_number", admitted.turn->number());
    ctx = ctx.in_span(span.context());

    // One timer bounds the whole turn, whatever its nodes do.
    Timer deadline{executor(), ctx.deadline};
    deadline.async_wait([weak = std::weak_ptr{admitted.turn}](const boost::system::error_code& ec) {
        const auto turn = weak.lock();
        if (!ec && turn) turn->stop(LiveTurn::StopReason::deadline);
    });
    const auto turn = admitted.turn;
    auto drafted = co_await draft(prepare(std::move(admitted), std::move(resumption)), ctx);
    auto result = conclude(std::move(drafted));
    deadline.cancel();
    if (result.record.state == State::failed) span.error(turn->stopping() == LiveTurn::StopReason::deadline ? "deadline" : "failed");
    // From here the turn is told to its end, even when somebody says stop.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await settle(std::move(result));
}

PreparedTurn TurnCoordinator::prepare(AdmittedTurn admitted, std::optional<Resumption> resumption) {
    const Session& session = *admitted.session;
    const TurnAccepted& accepted = admitted.turn->accepted();
    agent::TurnFacts facts{.pack = *admitted.scenario->pack,
                           .intents = *admitted.scenario->intents,
                           .session_id = session.stored.created.id,
                           .turn = accepted.number,
                           .seed = session.stored.created.seed,
                           .stage = accepted.stage,
                           .user_message = accepted.user_message,
                           .persona_name = session.stored.created.persona_name,
                           .persona_role = session.stored.created.persona_role,
                           .decision_id = accepted.decision_id,
                           .receipt = std::make_shared<ledger::Receipt>(),
                           .use_fallback = accepted.use_fallback,
                           .history = {admitted.branch.history.begin(), admitted.branch.history.end()},
                           .rivals = admitted.branch.rivals};
    return PreparedTurn{.admitted = std::move(admitted), .facts = std::move(facts), .resumption = std::move(resumption)};
}

asio::awaitable<Draft> TurnCoordinator::draft(PreparedTurn prepared, CallContext ctx) {
    const flow::WorkflowGraph& graph = *prepared.admitted.scenario->graph;
    LiveTurn& turn = *prepared.admitted.turn;
    Draft draft{.prepared = std::move(prepared), .board = {}, .error = {}};
    const agent::TurnFacts& facts = draft.prepared.facts;

    flow::GraphRun run{graph};
    const auto coach = graph.find("coach");
    if (turn.accepted().async_coach && coach) {
        run.disable(*coach);
        draft.coach_owed = true;
    }
    // Blocking compliance: the answer is held back until the verdict is there.
    const bool withhold = compliance_blocks(graph);
    if (auto& resumed = draft.prepared.resumption) {
        // A configuration changed meanwhile may not know these nodes; then the turn simply starts over.
        const bool kept = run.restore(resumed->finished).has_value();
        turn.tell_restarted(kept);
        if (kept) {
            draft.board = std::move(resumed->board);
            if (const auto& npc = draft.board.npc) book(*facts.receipt, *npc, services_.cost(npc->model, npc->usage));
        } else {
            run = flow::GraphRun{graph};
            if (draft.coach_owed) run.disable(*coach);
        }
        if (resumed->stop_requested) {
            turn.tell_delta(resumed->deltas);
            turn.stop(LiveTurn::StopReason::user);
        } else if (draft.board.npc && !withhold) {
            turn.tell_delta(draft.board.npc->text);
        }
    }

    const llm::DeltaSink sink = [&turn, withhold](llm::Delta delta) -> asio::awaitable<Status> {
        if (!withhold) turn.tell_delta(delta.text, delta.seam);
        co_return Status{};
    };
    Outcomes outcomes;  // on their way to the journal
    std::map<std::string, Error, std::less<>> failures;  // what each node's last attempt failed of
    const auto call_node = [&](flow::NodeCall call, CallContext node_ctx) -> asio::awaitable<Result<flow::Outcome>> {
        const agent::Node* node = services_.nodes.find(call.node);
        if (!node) co_return fail(Code::internal, "the workflow names a node that does not exist");
        if (call.fallback) {
            const auto failed = failures.find(call.node);
            const bool known = failed != failures.end();
            // A prepared line instead of an answer would hide that there is no money for one.
            const bool unpaid = known && failed->second.reason == "BUDGET_EXHAUSTED";
            if (known && (unpaid || !turn.accepted().use_fallback)) co_return fail(failed->second);
            if (!turn.accepted().use_fallback) co_return fail(Code::unavailable, "the node failed and the request forbids a fallback");
        }
        const bool answers = call.node == "npc";
        // A second attempt would tell the beginning twice.
        if (answers && call.attempt > 0 && !call.fallback && !turn.answer().empty()) {
            co_return fail(Code::failed_precondition, "the model broke off in mid-answer");
        }
        auto span = services_.tracer.start(std::string{"node."}.append(call.node), node_ctx.trace, rng_);
        span.set("node.name", call.node);
        const TimePoint started = Clock::now();
        const agent::NodeInput input{.facts = facts, .board = draft.board, .deltas = sink, .fallback = call.fallback};
        auto outcome = co_await node->run(input, node_ctx.in_span(span.context()));
        if (answers) draft.model_time += Clock::now() - started;
        if (!outcome) {
            span.error(outcome.error());
            // One that ran out of time is cancelled, which says nothing of why.
            if (outcome.error().code != Code::cancelled) failures.insert_or_assign(std::string{call.node}, outcome.error());
            co_return propagate(outcome);
        }
        span.set("node.status", "ok");
        flow::Outcome told{agent::label(*outcome)};
        outcomes.insert_or_assign(std::string{call.node}, *outcome);
        draft.board.put(std::move(*outcome));
        co_return told;
    };

    Teller teller{turn, services_.metrics, outcomes};
    if (turn.stopping() == LiveTurn::StopReason::none) {
        auto status = co_await runner_.run(run, call_node, teller, ctx);
        if (!status) draft.error = std::move(status.error());
    } else {
        draft.error = Error{Code::cancelled, "stopped"};
    }
    if (withhold && !draft.error) {
        draft.blocked = forbidden(draft.board);
        if (draft.blocked) {
            turn.tell_delta(
                facts.pack.blocked_line({.stage = facts.stage, .pick = {facts.session_id, static_cast<int>(facts.turn), facts.seed, {}}}));
        } else if (draft.board.npc) {
            turn.tell_delta(draft.board.npc->text);
        }
    }
    co_return draft;
}
}  // namespace rondo::turn
