#include "talk/turn/coordinator.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <fmt/format.h>

#include <tuple>

namespace rondo::turn {
namespace {
/// How long a lease outlives its turn's deadline: time for the settlement.
constexpr std::chrono::seconds kLeaseMargin{30};

/// What makes two requests the same one: everything the client chose, nothing that differs between attempts.
store::Digest digest(const TurnRequest& request) {
    return store::Idempotency::digest(fmt::format("{}\n{}\n{}\n{}\n{}", request.turn_number.value_or(0), request.parent_turn.value_or(-1),
                                                  request.enable_async_coach ? 1 : 0, request.use_fallback ? 1 : 0, request.user_message));
}

std::string lease_name(const Session& session) { return fmt::format("turn:{}", session.key()); }
}  // namespace

asio::awaitable<Result<TurnHandle>> TurnCoordinator::start(TurnRequest request, CallContext ctx) {
    auto opened = co_await open(ctx, request.session);
    if (!opened) co_return propagate(opened);
    const auto session = *opened;
    const std::string key = request.idempotency_key.empty() ? request.message_id : request.idempotency_key;
    const auto body = digest(request);
    using store::Idempotency;
    std::optional<Idempotency::Entry> let_go;  // by the window in memory, which a very long session outgrows
    if (!key.empty() && session->keys.evicted() > 0) {
        const std::int64_t scope = session->key();
        auto found =
            co_await services_.database.read([scope, key](store::Reader& reader) { return Idempotency::lookup(reader, scope, key); });
        if (!found) co_return propagate(found);
        let_go = *found;
    }
    std::optional<Branch> branch;
    bool paying = false;
    for (;;) {
        if (session->deleted) co_return fail(Code::not_found, "the session was deleted");
        if (!key.empty()) {
            auto [verdict, number] = session->keys.check(key, body);
            if (verdict == Idempotency::Verdict::fresh) std::tie(verdict, number) = Idempotency::judge(let_go, body);
            if (verdict == Idempotency::Verdict::fresh && session->busy() && session->live->accepted().key == key) {
                std::tie(verdict, number) =
                    Idempotency::judge(Idempotency::Entry{session->live->accepted().digest, session->live->number()}, body);
            }
            if (verdict == Idempotency::Verdict::conflict) {
                co_return fail(Error{.code = Code::invalid_argument,
                                     .message = "this key was used with another request; a new message needs a new key",
                                     .faults = {{"/message_id", "was used with another request"}},
                                     .reason = "IDEMPOTENCY_MISMATCH"});
            }
            if (verdict == Idempotency::Verdict::same) {
                auto repeated = co_await find(ctx, request.session, number);
                if (repeated) repeated->replay = true;
                co_return repeated;
            }
        }
        // The journal says of that turn that it runs, so a second one would take its place there.
        if (session->busy() && session->live->given_up()) {
            co_return fail(Code::unavailable, "the last turn of this session could not be ended; a restart of the server resumes it");
        }
        if (!session->busy()) {
            if (!paying) {
                const auto funds = co_await services_.can_pay(ledger::spender_of(ctx, session->stored.created.id));
                if (!funds) {
                    services_.metrics.refused("budget");
                    co_return propagate(funds);
                }
                paying = true;
                continue;
            }
            const std::int64_t parent = request.parent_turn.value_or(session->tip.leaf);
            if (parent == session->tip.leaf) branch = session->tip;
            if (branch && branch->leaf == parent) break;
            auto older = co_await branch_at(session, parent);
            if (!older) co_return propagate(older);
            branch = std::move(*older);
            continue;  // the session may have become busy meanwhile
        }
        if (services_.config().busy == "reject" || session->waiting >= services_.config().queue_limit) {
            services_.metrics.refused("busy");
            co_return fail(Error{.code = Code::aborted, .message = "Another request is processing", .reason = "SESSION_BUSY"});
        }
        ++session->waiting;
        const auto freed = co_await session->freed.wait();
        --session->waiting;
        if (!freed) co_return propagate(freed);
    }
    if (running_ >= max_running_) {
        services_.metrics.refused("overload");
        co_return fail(Code::resource_exhausted, "too many turns are running; try again shortly");
    }
    const std::int64_t next = session->stored.turns + 1;
    if (request.turn_number && *request.turn_number != next) {
        co_return fail(Error{.code = Code::aborted,
                             .message = fmt::format("the next turn of this session is number {}", next),
                             .reason = "TURN_NUMBER_CONFLICT"});
    }
    const CallContext call = ctx.within(services_.config().deadline);
    auto admitted = co_await admit(session, std::move(*branch), std::move(request), key, body, call);
    if (!admitted) {
        services_.metrics.refused(name(admitted.error().code));
        co_return propagate(admitted);
    }
    TurnHandle handle{.live = admitted->turn, .record = {}, .replay = false};
    launch(std::move(*admitted), call, std::nullopt);
    co_return handle;
}

/// Takes the session's lease and makes the turn durable. Until the first await nothing else runs on this loop, so the checks
/// of the caller still hold when the session is marked busy here.
asio::awaitable<Result<AdmittedTurn>> TurnCoordinator::admit(std::shared_ptr<Session> session, Branch branch, TurnRequest request,
                                                             std::string key, store::Digest body, CallContext ctx) {
    const auto catalog = services_.catalog();
    auto scenario = catalog->find(session->stored.created.scenario);
    if (!scenario) co_return fail(Code::failed_precondition, "the session's scenario is no longer installed");
    const std::int64_t token = services_.database.next_token();
    auto lease = services_.shared.acquire(lease_name(*session), token, services_.config().deadline + kLeaseMargin);
    if (!lease) co_return propagate(lease);

    TurnAccepted accepted;
    accepted.number = session->stored.turns + 1;
    accepted.parent = branch.leaf;
    accepted.key = key;
    accepted.digest = body;
    accepted.message_id = request.message_id.empty() ? new_id("m_", rng_) : std::move(request.message_id);
    accepted.user_message = std::move(request.user_message);
    accepted.trace_id = ctx.trace.trace_hex();
    accepted.decision_id = new_id("d_", rng_);
    accepted.stage = branch.stage;
    accepted.async_coach = request.enable_async_coach;
    accepted.use_fallback = request.use_fallback;
    accepted.at = Clock::wall();
    accepted.api_key = ctx.key;
    accepted.budget = ctx.budget;

    store::Batch batch;
    batch.fence(session->key(), token);
    batch.append(session->key(), static_cast<int>(Kind::turn_accepted), accepted.encode());
    const std::int64_t number = accepted.number;
    auto turn = make_live(*session, std::move(accepted), token, services_.database.generation(), request.received);
    session->live = turn;
    session->stored.turns = number;
    ++running_;
    // Held before it is written, so that its rows cannot be trimmed away before we hear that they are there.
    services_.database.hold(session->key(), 0);

    const auto receipt = co_await services_.database.commit(std::move(batch));
    if (!receipt) {  // as if it had never come
        --running_;
        services_.database.release(session->key());
        session->live = nullptr;
        session->stored.turns = number - 1;
        turn->settle_admission(propagate(receipt));
        turn->close();
        session->freed.notify();
        finished_one();
        co_return propagate(receipt);
    }
    if (!key.empty()) session->keys.remember(key, body, number);
    turn->settle_admission({});
    turn->tell_accepted();
    co_return AdmittedTurn{.session = std::move(session),
                           .turn = std::move(turn),
                           .branch = std::move(branch),
                           .scenario = std::move(scenario),
                           .generation = catalog->generation(),
                           .lease = std::move(*lease)};
}

std::shared_ptr<LiveTurn> TurnCoordinator::make_live(Session& session, TurnAccepted accepted, std::int64_t token, std::int64_t epoch,
                                                     TimePoint received) {
    return std::make_shared<LiveTurn>(LiveTurn::Options{.database = &services_.database,
                                                        .home = executor(),
                                                        .session_key = session.key(),
                                                        .token = token,
                                                        .epoch = epoch,
                                                        .feed = session.feed,
                                                        .flush_interval = services_.config().flush_interval,
                                                        .received = received},
                                      session.stored.created.id, std::move(accepted));
}

/// The turn runs by itself from here: a client that goes away does not take its answer with it.
void TurnCoordinator::launch(AdmittedTurn admitted, CallContext ctx, std::optional<Resumption> resumption) {
    const auto turn = admitted.turn;
    const auto session = admitted.session;
    asio::co_spawn(executor(), run(std::move(admitted), std::move(ctx), std::move(resumption)),
                   asio::bind_cancellation_slot(turn->stop_slot(), [this, session, turn](const std::exception_ptr& thrown) {
                       --running_;
                       finished_one();
                       if (thrown) {
                           services_.log.error("turn_threw", {{"turn_number", turn->number()}});
                           turn->give_up({Code::internal, "the turn met an internal error; a restart of the server resumes it"});
                       }
                       session->freed.notify();  // however it went: those who wait for the session look again
                   }));
}
}  // namespace rondo::turn
