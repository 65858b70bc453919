#include "base/async/within.hpp"
#include "base/json.hpp"
#include "talk/turn/answer.hpp"
#include "talk/turn/coordinator.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json.hpp>

#include <algorithm>

namespace rondo::turn {
namespace {
std::string coach_text(const agent::Board& board) { return board.coach ? board.coach->text : std::string{}; }

State state_of(const Draft& draft, LiveTurn::StopReason stopping) {
    if (!draft.error) return State::completed;
    return stopping == LiveTurn::StopReason::user || stopping == LiveTurn::StopReason::deleted ? State::stopped : State::failed;
}
}  // namespace

TurnResult TurnCoordinator::conclude(Draft draft) {
    PreparedTurn& prepared = draft.prepared;
    const auto turn = prepared.admitted.turn;
    const TurnAccepted& accepted = turn->accepted();
    const State state = state_of(draft, turn->stopping());
    if (state == State::failed && turn->stopping() == LiveTurn::StopReason::deadline) {
        draft.error = Error{Code::deadline_exceeded, "the turn took longer than its deadline"};
    }
    // Only a complete turn owes its advice; a broken one has nothing to advise on.
    const bool owes_advice = draft.coach_owed && state == State::completed;
    const std::string task_id = owes_advice ? new_id("t_", rng_) : std::string{};

    AnswerFacts facts{.session_id = prepared.facts.session_id,
                      .accepted = accepted,
                      .state = state,
                      .board = draft.board,
                      .error = draft.error,
                      .blocked = draft.blocked,
                      .task_id = task_id,
                      .answer = turn->answer(),
                      .stage = accepted.stage,
                      .ttft = turn->ttft(),
                      .took = Clock::now() - turn->received(),
                      .workflow = prepared.admitted.scenario->graph->workflow(),
                      .generation = prepared.admitted.generation,
                      .receipt = *prepared.facts.receipt};
    if (draft.board.intent) facts.stage = prepared.facts.pack.machine().next(accepted.stage, draft.board.intent->intent);

    turn->seal_timeline();
    TurnRecord record{.number = accepted.number,
                      .parent = accepted.parent,
                      .state = state,
                      .epoch = turn->epoch(),
                      .stage = facts.stage,
                      .stage_before = accepted.stage,
                      .message_id = accepted.message_id,
                      .user_message = accepted.user_message,
                      .timeline = turn->timeline().bytes(),
                      .result = answer_json(facts),
                      .task_id = task_id,
                      .at = Clock::wall(),
                      .first_seq = turn->first_seq()};
    agent::PastTurn past{.number = accepted.number,
                         .user = accepted.user_message,
                         .npc = turn->answer(),
                         .intent = draft.board.intent ? draft.board.intent->intent : std::string{},
                         .advice = coach_text(draft.board)};
    return TurnResult{.admitted = std::move(prepared.admitted),
                      .record = std::move(record),
                      .past = std::move(past),
                      .facts = std::move(prepared.facts),
                      .board = std::move(draft.board),
                      .model_time = draft.model_time};
}

/// Commits what nobody else has. A full disk or queue, a lock another program holds: all that passes; until then it is kept
/// here and offered again. Not so a later holder's fence, a fault of our own, and a store that has failed for good.
asio::awaitable<Status> TurnCoordinator::keep(std::function<store::Batch()> batch) {
    for (std::chrono::milliseconds wait{100};; wait = std::min(wait * 2, std::chrono::milliseconds{1'000})) {
        const auto receipt = co_await services_.database.commit(batch());
        if (receipt) co_return Status{};
        const Code code = receipt.error().code;
        if (code == Code::aborted || code == Code::internal || services_.database.failed()) co_return propagate(receipt);
        const auto waited = co_await pause(wait);
        if (!waited) co_return waited;
    }
}

/// Makes the end durable, then tells it: settled exactly once, whatever fails in between.
asio::awaitable<void> TurnCoordinator::settle(TurnResult result) {
    const auto session = result.admitted.session;
    const auto turn = result.admitted.turn;
    turn->drop_progress();
    const auto kept = co_await keep([&] {
        store::Batch batch;
        batch.fence(session->key(), turn->token());
        batch.append(session->key(), static_cast<int>(Kind::turn_ended), result.record.encode());
        return batch;
    });
    if (!kept) {
        // Not settled: the journal still says accepted, so the next start runs the turn to its end.
        services_.log.error("turn_not_settled",
                            {{"session_id", session->stored.created.id}, {"turn_number", turn->number()}, {"error", kept.error().message}});
        co_return turn->give_up(kept.error());
    }
    services_.database.release(session->key());

    const auto now = Clock::now();
    services_.metrics.ended(result.record.state, now - turn->received(), now - turn->received() - result.model_time);
    if (turn->ttft()) services_.metrics.first_token(*turn->ttft());
    if (result.board.compliance) services_.metrics.compliance(scenario::name(result.board.compliance->report.risk_level));
    if (result.board.coach) services_.metrics.coach("ok");
    if (services_.log.enabled(obs::Level::debug)) {
        services_.log.debug("turn_ended", {{"session_id", session->stored.created.id},
                                           {"turn_number", turn->number()},
                                           {"status", name(result.record.state)},
                                           {"trace_id", turn->accepted().trace_id}});
    }

    session->stored.created.stage = result.record.stage;
    session->stored.updated_at = result.record.at;
    if (session->stored.created.title.empty()) session->stored.created.title = title_of(result.record.user_message);
    session->tip = std::move(result.admitted.branch);
    session->tip.extend(std::move(result.past), result.record.stage, static_cast<std::size_t>(services_.config().history_turns));

    const std::string task_id = result.record.task_id;
    turn->tell_ended(std::move(result.record));
    if (!task_id.empty()) {
        services_.metrics.coach("pending");
        follow_up(session, turn, task_id, std::move(result.facts), result.admitted.scenario, std::move(result.board));
    }
    { const store::Lease released = std::move(result.admitted.lease); }
}

/// Advises after the turn has ended. Owed until its row is durable; a restart takes it up again.
void TurnCoordinator::follow_up(std::shared_ptr<Session> session, std::shared_ptr<LiveTurn> turn, std::string task_id,
                                agent::TurnFacts facts, std::shared_ptr<const Scenario> scenario, agent::Board board) {
    ++follow_ups_;
    session->owing[turn->number()] = turn;
    auto advise = [](TurnCoordinator& self, std::shared_ptr<Session> session, std::shared_ptr<LiveTurn> turn, std::string task_id,
                     agent::TurnFacts facts, [[maybe_unused]] std::shared_ptr<const Scenario> alive,
                     agent::Board board) -> asio::awaitable<void> {
        const llm::DeltaSink no_deltas;
        const agent::NodeInput input{.facts = facts, .board = board, .deltas = no_deltas};
        const agent::Node* coach = self.services_.nodes.find("coach");
        auto outcome = co_await coach->run(input, CallContext{}.within(self.services_.config().deadline));
        const auto* advice = outcome ? std::get_if<agent::CoachOutcome>(&*outcome) : nullptr;
        const std::string json = advice ? json::write(agent::advice_json(*advice)) : std::string{"null"};
        const auto kept = co_await self.keep([&] {
            store::Batch batch;
            batch.append(session->key(), static_cast<int>(Kind::advice),
                         AdviceGiven{facts.turn, task_id, json, self.services_.database.generation()}.encode());
            return batch;
        });
        self.services_.metrics.coach(advice && kept ? "ok" : "error");
        if (!kept) co_return turn->close();
        for (auto& past : session->tip.history) {
            if (!advice || past->number != facts.turn) continue;
            agent::PastTurn advised = *past;
            advised.advice = advice->text;
            past = std::make_shared<const agent::PastTurn>(std::move(advised));
        }
        const auto place = turn->tell_advice(json, task_id);
        store::Batch told;
        told.append(session->key(), static_cast<int>(Kind::advice_told), AdviceTold{facts.turn, place.epoch, place.seq}.encode());
        // Waited for, so that the session stays in memory until its last place can be read back; how it went decides nothing.
        co_await self.services_.database.commit(std::move(told));
    };
    asio::co_spawn(executor(), advise(*this, session, turn, std::move(task_id), std::move(facts), std::move(scenario), std::move(board)),
                   [this, session, turn](const std::exception_ptr& thrown) {
                       --follow_ups_;
                       session->owing.erase(turn->number());
                       if (thrown) {
                           services_.log.error("follow_up_threw", {{"turn_number", turn->number()}});
                           turn->close();
                       }
                       finished_one();
                   });
}
}  // namespace rondo::turn
