#include "talk/turn/answer.hpp"
#include "talk/turn/coordinator.hpp"

#include <algorithm>
#include <utility>

namespace rondo::turn {
/// As if the turn had been run here: the user's message recognised, the stage moved on.
TurnRecord TurnCoordinator::imported(const Session& session, const Scenario& scenario, const TurnAccepted& accepted, const std::string& npc,
                                     std::string& intent) {
    const auto found = scenario.intents->classify(accepted.user_message);
    intent = found.out_of_scope ? std::string{scenario::kOutOfScope} : found.intent;
    agent::Board board;
    board.intent = agent::IntentOutcome{.intent = intent, .confidence = found.confidence};
    const std::optional<Error> no_error;
    const ledger::Receipt no_calls;
    const AnswerFacts facts{.session_id = session.stored.created.id,
                            .accepted = accepted,
                            .state = State::completed,
                            .board = board,
                            .error = no_error,
                            .blocked = false,
                            .task_id = {},
                            .answer = npc,
                            .stage = scenario.pack->machine().next(accepted.stage, intent),
                            .ttft = {},
                            .took = {},
                            .workflow = scenario.graph->workflow(),
                            .generation = services_.catalog()->generation(),
                            .receipt = no_calls,
                            .imported = true};
    Timeline timeline;
    timeline.accepted();
    if (!npc.empty()) timeline.delta(npc.size(), false);
    timeline.ended();
    return {.number = accepted.number,
            .parent = accepted.parent,
            .state = State::completed,
            .epoch = services_.database.generation(),
            .stage = facts.stage,
            .stage_before = accepted.stage,
            .message_id = accepted.message_id,
            .user_message = accepted.user_message,
            .timeline = timeline.bytes(),
            .result = answer_json(facts),
            .task_id = {},
            .at = accepted.at,
            .first_seq = session.feed->skip(npc.empty() ? 2 : 3).seq};
}

asio::awaitable<Status> TurnCoordinator::import(CallContext ctx, SessionId id, std::vector<SaidBefore> said) {
    auto opened = co_await open(ctx, std::move(id));
    if (!opened) co_return propagate(opened);
    const auto session = *opened;
    const auto config = services_.config();
    const auto scenario = services_.catalog()->find(session->stored.created.scenario);
    if (!scenario) co_return fail(Code::failed_precondition, "the session's scenario is no longer installed");
    std::erase_if(said, [](const SaidBefore& pair) { return pair.user.empty(); });
    const auto most = static_cast<std::size_t>(config.history_turns);
    if (said.size() > most) said.erase(said.begin(), said.end() - static_cast<std::ptrdiff_t>(most));

    // Nothing else may begin a turn here until the rows are durable.
    const std::int64_t token = services_.database.next_token();
    const auto lease = services_.shared.acquire("turn:" + std::to_string(session->key()), token, config.deadline);
    if (!lease) co_return propagate(lease);
    if (session->stored.turns > 0 || session->deleted)
        co_return fail(Code::failed_precondition, "only a session that has no turn yet takes up what was said elsewhere");

    store::Batch batch;
    batch.fence(session->key(), token);
    Branch branch = session->tip;
    WallTime at = session->stored.updated_at;
    for (SaidBefore& pair : said) {
        TurnAccepted accepted;
        accepted.number = accepted.parent = branch.leaf;
        ++accepted.number;
        accepted.message_id = new_id("m_", rng_);
        accepted.user_message = std::move(pair.user);
        accepted.trace_id = ctx.trace.trace_hex();
        accepted.decision_id = new_id("d_", rng_);
        accepted.stage = branch.stage;
        accepted.at = at = Clock::wall();
        std::string intent;
        const auto record = imported(*session, *scenario, accepted, pair.npc, intent);
        batch.append(session->key(), static_cast<int>(Kind::turn_accepted), accepted.encode());
        batch.append(session->key(), static_cast<int>(Kind::turn_ended), record.encode());
        agent::PastTurn past{.number = accepted.number,
                             .user = std::move(accepted.user_message),
                             .npc = std::move(pair.npc),
                             .intent = std::move(intent),
                             .advice = {}};
        branch.extend(std::move(past), record.stage, most);
    }
    if (branch.leaf == 0) co_return Status{};
    const auto receipt = co_await services_.database.commit(std::move(batch));
    if (!receipt) co_return propagate(receipt);
    session->stored.turns = branch.leaf;
    session->stored.created.stage = branch.stage;
    session->stored.updated_at = at;
    if (session->stored.created.title.empty()) session->stored.created.title = title_of(branch.history.front()->user);
    session->tip = std::move(branch);
    co_return Status{};
}
}  // namespace rondo::turn
