#include "talk/turn/recovery.hpp"

#include "talk/turn/coordinator.hpp"

#include <boost/json.hpp>

namespace rondo::turn {
namespace {
Status node_finished(Recovery::Unfinished& turn, const NodeFinished& row) {
    if (row.number != turn.accepted.number) return {};
    turn.resumption.finished.push_back({row.node, row.label});
    if (row.outcome.empty()) return {};
    boost::system::error_code ec;
    const auto json = boost::json::parse(row.outcome, ec);
    if (ec) return fail(Code::data_loss, "the stored result of a node is damaged");
    auto outcome = agent::from_json(row.node, json);
    if (!outcome) return propagate(outcome);
    turn.resumption.board.put(std::move(*outcome));
    return {};
}
}  // namespace

Status Recovery::add(const store::JournalRow& row) {
    const std::string_view body = *row.body;
    const auto open = open_.find(row.stream);
    const bool running = open != open_.end();
    switch (static_cast<Kind>(row.kind)) {
        case Kind::turn_accepted: {
            auto accepted = TurnAccepted::decode(body);
            if (!accepted) return propagate(accepted);
            open_[row.stream] = {.accepted = std::move(*accepted), .resumption = {}};
            break;
        }
        case Kind::node_finished: {
            const auto finished = NodeFinished::decode(body);
            if (!finished) return propagate(finished);
            if (running && finished->status != "error" && finished->status != "cancelled") return node_finished(open->second, *finished);
            break;
        }
        case Kind::delta: {
            const auto delta = DeltaWritten::decode(body);
            if (!delta) return propagate(delta);
            if (running && delta->number == open->second.accepted.number) open->second.resumption.deltas += delta->text;
            break;
        }
        case Kind::stop_requested: {
            const auto stop = StopRequested::decode(body);
            if (!stop) return propagate(stop);
            if (running && stop->number == open->second.accepted.number) open->second.resumption.stop_requested = true;
            break;
        }
        case Kind::restarted: {
            const auto restarted = Restarted::decode(body);
            if (!restarted) return propagate(restarted);
            if (!running || restarted->number != open->second.accepted.number) break;
            open->second.resumption.deltas.clear();  // they follow again
            if (!restarted->nodes_kept)
                open->second.resumption = {
                    .finished = {}, .board = {}, .deltas = {}, .stop_requested = open->second.resumption.stop_requested};
            break;
        }
        case Kind::turn_ended:
        case Kind::session_deleted:
            if (running) open_.erase(open);
            break;
        case Kind::session_created:
        case Kind::advice:
        case Kind::advice_told:
        case Kind::feedback: break;
    }
    return {};
}

asio::awaitable<Status> TurnCoordinator::resume(TenantId tenant, SessionId id, TurnAccepted accepted, Resumption resumption) {
    auto opened = co_await open(tenant, id);
    if (!opened) co_return propagate(opened);
    const auto session = *opened;
    const auto catalog = services_.catalog();
    auto scenario = catalog->find(session->stored.created.scenario);
    if (!scenario) co_return fail(Code::failed_precondition, "the session's scenario is no longer installed");
    const std::int64_t token = services_.database.next_token();
    auto lease = services_.shared.acquire("turn:" + std::to_string(session->key()), token, services_.config().deadline * 2);
    if (!lease) co_return propagate(lease);

    auto branch = co_await branch_at(session, accepted.parent);
    if (!branch) co_return propagate(branch);
    const std::int64_t number = accepted.number;
    const std::string key = accepted.key;
    const auto digest = accepted.digest;
    auto turn = make_live(*session, std::move(accepted), token, services_.database.generation(), Clock::now());
    session->live = turn;
    session->stored.turns = number;
    if (!key.empty()) session->keys.remember(key, digest, number);
    ++running_;
    services_.metrics.restarted();
    services_.log.info("turn_resumed", {{"session_id", id.value}, {"turn_number", number}});
    turn->settle_admission({});
    CallContext ctx;
    ctx.scope = {tenant, UserId{session->stored.created.user}};
    ctx.key = turn->accepted().api_key;
    ctx.budget = turn->accepted().budget;
    ctx.trace = new_trace(rng_);
    launch({.session = session,
            .turn = std::move(turn),
            .branch = std::move(*branch),
            .scenario = std::move(scenario),
            .generation = catalog->generation(),
            .lease = std::move(*lease)},
           ctx.within(services_.config().deadline), std::move(resumption));
    co_return Status{};
}

asio::awaitable<Status> TurnCoordinator::resume_follow_up(TenantId tenant, SessionId id, std::int64_t number, std::string task_id) {
    auto opened = co_await open(tenant, id);
    if (!opened) co_return propagate(opened);
    const auto session = *opened;
    const auto scenario = services_.catalog()->find(session->stored.created.scenario);
    if (!scenario) co_return fail(Code::failed_precondition, "the session's scenario is no longer installed");
    const std::int64_t key = session->key();
    auto stored = co_await services_.database.read([key, number](store::Reader& reader) { return repository::turn(reader, key, number); });
    if (!stored) co_return propagate(stored);
    if (!*stored || !(*stored)->record) co_return fail(Code::not_found, "the follow-up's turn is gone");

    auto branch = co_await branch_at(session, (*stored)->parent);
    if (!branch) co_return propagate(branch);
    agent::Board board;
    if (const auto past = past_turn(**stored); !past.intent.empty()) board.intent = agent::IntentOutcome{.intent = past.intent};

    TurnAccepted accepted;
    accepted.number = number;
    accepted.parent = (*stored)->parent;
    accepted.user_message = (*stored)->user_message;
    accepted.message_id = (*stored)->message_id;
    const auto record = std::make_shared<const TurnRecord>(std::move(*(*stored)->record));
    auto turn = make_live(*session, std::move(accepted), services_.database.next_token(), record->epoch, Clock::now());
    if (const auto told = turn->tell_again(record); !told) co_return told;
    agent::TurnFacts facts{.pack = *scenario->pack,
                           .intents = *scenario->intents,
                           .session_id = id.value,
                           .turn = number,
                           .seed = session->stored.created.seed,
                           .stage = record->stage_before,
                           .user_message = (*stored)->user_message,
                           .persona_name = session->stored.created.persona_name,
                           .persona_role = session->stored.created.persona_role,
                           .history = {branch->history.begin(), branch->history.end()}};
    follow_up(session, std::move(turn), std::move(task_id), std::move(facts), scenario, std::move(board));
    co_return Status{};
}
}  // namespace rondo::turn
