#include "talk/turn/coordinator.hpp"

#include "talk/turn/session_log.hpp"

#include <utility>

namespace rondo::turn {
namespace {
bool same_parameters(const SessionCreated& a, const SessionCreated& b) {
    return a.user == b.user && a.scenario == b.scenario && a.persona_name == b.persona_name && a.persona_role == b.persona_role;
}

/// The same words whether it is not there or another user's.
std::unexpected<Error> no_session() { return fail(Code::not_found, "there is no such session; create it with POST /api/v1/sessions"); }
}  // namespace

TurnCoordinator::TurnCoordinator(asio::io_context& home, Services& services, Share share, std::uint64_t seed)
    : home_{home},
      services_{services},
      sessions_{share.live_sessions},
      max_running_{share.max_running},
      rng_{seed},
      runner_{Rng{mix(seed, 1)}},
      idle_{home.get_executor()} {}

asio::awaitable<Result<std::shared_ptr<Session>>> TurnCoordinator::open(TenantId tenant, SessionId id) {
    while (auto present = sessions_.find(tenant, id)) {
        if (present->ready) co_return present;
        const auto decided = co_await present->freed.wait();
        if (!decided) co_return propagate(decided);
    }
    co_await asio::this_coro::throw_if_cancelled(false);  // what is begun here is ended here
    // In the table before it is read, so that there is never a second copy: two would give out a turn number twice.
    StoredSession named;
    named.created.tenant = tenant.value;
    named.created.id = id.value;
    const auto session = sessions_.insert(std::make_shared<Session>(std::move(named), executor(), services_.database.generation()));
    const auto loaded = co_await load(*session);
    entered(*session, loaded.has_value());
    if (!loaded) co_return propagate(loaded);
    co_return session;
}

asio::awaitable<Result<std::shared_ptr<Session>>> TurnCoordinator::open(CallContext ctx, SessionId id) {
    auto opened = co_await open(ctx.scope.tenant, std::move(id));
    if (!opened) co_return opened;
    const auto& created = (*opened)->stored.created;
    if (!ctx.reaches({TenantId{created.tenant}, UserId{created.user}})) co_return no_session();
    co_return opened;
}

/// Ends the wait of those who met the session in the table while it was being read or created.
void TurnCoordinator::entered(Session& session, bool there) {
    session.ready = there;
    if (!there) sessions_.erase(session);
    session.freed.notify();
}

asio::awaitable<Status> TurnCoordinator::load(Session& session) {
    const TenantId tenant{session.stored.created.tenant};
    const SessionId id = session.id();
    // The tables run a little behind the journal; a session just created or just put out of memory must still be found.
    const auto projected = co_await services_.database.projected(services_.database.stats().last_seq);
    if (!projected && projected.error().code == Code::cancelled) co_return projected;
    // A full or failed disk stops the tables where they are: what they show of this session is served when it is all there is.
    const bool stalled = !projected;
    struct Loaded {
        std::optional<StoredSession> session{};
        Branch tip{};
        store::Idempotency keys{store::Idempotency::kDefaultCapacity};
        std::int64_t last_seq{0};
    };
    const auto wanted = static_cast<std::size_t>(services_.config().history_turns);
    auto loaded = co_await services_.database.read(
        [tenant, id, wanted, stalled, epoch = services_.database.generation()](store::Reader& reader) -> Result<Loaded> {
            auto found = repository::find(reader, tenant, id);
            if (!found) return propagate(found);
            if (!*found) return Loaded{};
            const auto behind = stalled ? repository::behind(reader, (*found)->key) : Result<bool>{false};
            if (!behind) return propagate(behind);
            if (*behind) return Loaded{};
            auto tip = read_branch(reader, (*found)->key, (*found)->turns, (*found)->created.stage, wanted);
            if (!tip) return propagate(tip);
            if (!*tip) return fail(Code::data_loss, "a session's newest turn is missing; restore the data folder from a copy");
            auto keys = store::Idempotency::load(reader, (*found)->key);
            if (!keys) return propagate(keys);
            (*tip)->rivals.clear();  // whatever follows the tip is only now being taken up again
            const auto last_seq = session_log::last_seq(reader, {(*found)->key, id.value, (*found)->turns}, epoch);
            if (!last_seq) return propagate(last_seq);
            return Loaded{std::move(*found), std::move(**tip), std::move(*keys), *last_seq};
        });
    if (!loaded) co_return propagate(loaded);
    if (!loaded->session && stalled) co_return projected;
    if (!loaded->session) co_return no_session();
    session.stored = std::move(*loaded->session);
    session.keys = std::move(loaded->keys);
    session.tip = std::move(loaded->tip);
    session.feed->continue_after(loaded->last_seq);
    co_return Status{};
}

asio::awaitable<Result<Branch>> TurnCoordinator::branch_at(std::shared_ptr<Session> session, std::int64_t leaf) {
    if (leaf == session->tip.leaf) co_return session->tip;
    const auto scenario = services_.catalog()->find(session->stored.created.scenario);
    if (!scenario) co_return fail(Code::failed_precondition, "the session's scenario is no longer installed");
    const auto projected = co_await services_.database.projected(services_.database.stats().last_seq);
    if (!projected) co_return propagate(projected);
    const std::int64_t key = session->key();
    const auto wanted = static_cast<std::size_t>(services_.config().history_turns);
    auto found = co_await services_.database.read([key, leaf, wanted, initial = std::string{scenario->pack->machine().initial()}](
                                                      store::Reader& reader) { return read_branch(reader, key, leaf, initial, wanted); });
    if (!found) co_return propagate(found);
    if (!*found) {
        co_return fail(Error{.code = Code::invalid_argument,
                             .message = "the session has no ended turn of that number to follow",
                             .faults = {{"/parent_turn", "is not a turn of this session that has ended"}},
                             .reason = "UNKNOWN_PARENT"});
    }
    co_return std::move(**found);
}

asio::awaitable<Result<TurnCoordinator::NewSession>> TurnCoordinator::create(SessionCreated wanted) {
    const TenantId tenant{wanted.tenant};
    const SessionId id{wanted.id};
    const auto catalog = services_.catalog();
    const auto scenario = catalog->find(wanted.scenario);
    if (!scenario) {
        co_return fail(Error{.code = Code::invalid_argument,
                             .message = "there is no such scenario; GET /api/v1/scenarios lists them",
                             .faults = {{"/scenario", "is not a known scenario"}},
                             .reason = "UNKNOWN_SCENARIO"});
    }
    wanted.scenario = scenario->pack->id();
    wanted.stage = std::string{scenario->pack->machine().initial()};
    auto present = co_await open(tenant, id);
    if (present) {
        if (!same_parameters((*present)->stored.created, wanted)) {
            co_return fail(Code::already_exists, "a session of this id exists with other parameters; choose another session_id");
        }
        co_return NewSession{(*present)->stored, false};
    }
    if (present.error().code != Code::not_found) co_return propagate(present);

    const std::int64_t key = services_.database.next_token();
    store::Batch batch;
    batch.append(key, static_cast<int>(Kind::session_created), wanted.encode());
    // In the table before it is durable: a second request for the id that comes meanwhile waits for this one.
    const auto session = sessions_.insert(std::make_shared<Session>(
        StoredSession{.key = key, .created = wanted, .turns = 0, .updated_at = wanted.at}, executor(), services_.database.generation()));
    session->tip.stage = wanted.stage;
    const auto receipt = co_await services_.database.commit(std::move(batch));
    entered(*session, receipt.has_value());
    if (!receipt) co_return propagate(receipt);
    co_return NewSession{session->stored, true};
}

asio::awaitable<Result<TurnHandle>> TurnCoordinator::find(CallContext ctx, SessionId id, std::int64_t number) {
    auto opened = co_await open(ctx, id);
    if (!opened) co_return propagate(opened);
    const auto session = *opened;
    auto live = session->live && session->live->number() == number ? session->live : nullptr;
    if (const auto owing = session->owing.find(number); owing != session->owing.end()) live = owing->second;
    if (live) {
        const auto admitted = co_await live->admitted();
        if (!admitted) co_return propagate(admitted);
        co_return TurnHandle{.live = live, .record = live->record()};
    }
    const auto none = [] { return fail(Code::not_found, "the session has no turn of that number"); };
    if (number < 1 || number > session->stored.turns) co_return none();
    const auto projected = co_await services_.database.projected(services_.database.stats().last_seq);
    const std::int64_t key = session->key();
    auto turn = co_await services_.database.read([key, number](store::Reader& reader) { return repository::turn(reader, key, number); });
    if (!turn) co_return propagate(turn);
    const bool there = *turn && (*turn)->record;
    if (!there && !projected) co_return propagate(projected);  // ended, but on a full or failed disk the table does not say so yet
    if (!there) co_return none();
    co_return TurnHandle{.live = nullptr, .record = std::make_shared<const TurnRecord>(std::move(*(*turn)->record))};
}

asio::awaitable<Status> TurnCoordinator::stop(CallContext ctx, SessionId id, std::int64_t number) {
    auto handle = co_await find(ctx, id, number);
    if (!handle) co_return propagate(handle);
    if (!handle->live || handle->live->record()) co_return Status{};
    const auto live = handle->live;
    live->stop(LiveTurn::StopReason::user);  // the coroutine that runs the turn ends it from here, keeping what was told
    store::Batch batch;
    batch.fence(live->session_key(), live->token());
    batch.append(live->session_key(), static_cast<int>(Kind::stop_requested), StopRequested{number}.encode());
    const auto receipt = co_await services_.database.commit(std::move(batch));
    if (!receipt) co_return propagate(receipt);
    co_return Status{};
}

asio::awaitable<Status> TurnCoordinator::remove(CallContext ctx, SessionId id) {
    auto opened = co_await open(ctx, id);
    if (!opened) co_return propagate(opened);
    const auto session = *opened;
    session->deleted = true;  // no new turn from here on
    while (session->busy() && !session->live->given_up()) {
        session->live->stop(LiveTurn::StopReason::deleted);
        const auto freed = co_await session->freed.wait();
        if (!freed) {
            session->deleted = false;
            co_return freed;
        }
    }
    store::Batch batch;
    batch.fence(session->key(), services_.database.next_token());  // whatever still holds an older token writes nothing more
    batch.append(session->key(), static_cast<int>(Kind::session_deleted), {});
    const auto receipt = co_await services_.database.commit(std::move(batch));
    if (!receipt) {
        session->deleted = false;
        co_return propagate(receipt);
    }
    services_.database.release(session->key());  // held still, when its last turn was given up
    sessions_.erase(*session);
    session->feed->close();
    co_return Status{};
}

asio::awaitable<Status> TurnCoordinator::idle() {
    while (running_ + follow_ups_ > 0) {
        const auto woken = co_await idle_.wait();
        if (!woken) co_return woken;
    }
    co_return Status{};
}

void TurnCoordinator::finished_one() {
    if (running_ + follow_ups_ == 0) idle_.notify();
}
}  // namespace rondo::turn
