#include "talk/turn/turns.hpp"

#include "base/async/run_on.hpp"
#include "base/async/within.hpp"

#include <boost/json.hpp>

namespace rondo::turn {
Turns::Turns(EventLoops& loops, Services services) : services_{std::move(services)} {
    const auto count = static_cast<int>(loops.size());
    const auto part = [count](int whole) { return (whole + count - 1) / count; };
    const Config config = services_.config();
    const TurnCoordinator::Share share{static_cast<std::size_t>(part(config.live_sessions)), part(config.max_running)};
    Rng seeds = Rng::from_entropy();
    for (std::size_t i = 0; i < loops.size(); ++i) {
        coordinators_.push_back(std::make_unique<TurnCoordinator>(loops.at(i), services_, share, seeds.next()));
    }
}

asio::awaitable<Result<TurnCoordinator::NewSession>> Turns::create(SessionCreated wanted) {
    auto& coordinator = home(SessionId{wanted.id});
    co_return co_await run_on(coordinator.executor(), coordinator.create(std::move(wanted)));
}

asio::awaitable<Result<StoredSession>> Turns::session(CallContext ctx, SessionId id, std::optional<std::int64_t>* running) {
    struct View {
        StoredSession stored;
        std::optional<std::int64_t> running;
    };
    auto& coordinator = home(id);
    const auto look = [](TurnCoordinator& at_home, CallContext call, SessionId wanted) -> asio::awaitable<Result<View>> {
        auto opened = co_await at_home.open(std::move(call), std::move(wanted));
        if (!opened) co_return propagate(opened);
        View view{(*opened)->stored, {}};
        if ((*opened)->busy()) view.running = (*opened)->live->number();
        co_return view;
    };
    auto view = co_await run_on(coordinator.executor(), look(coordinator, ctx, id));
    if (!view) co_return propagate(view);
    if (running) *running = view->running;
    co_return std::move(view->stored);
}

asio::awaitable<Result<Page<StoredSession>>> Turns::list(CallContext ctx, std::int64_t before, std::int64_t limit) {
    co_await services_.database.projected(services_.database.stats().last_seq);  // so that a client finds what it just wrote
    auto found = co_await services_.database.read(
        [ctx, before, limit](store::Reader& reader) { return repository::list(reader, ctx.scope, ctx.reach, before, limit + 1); });
    if (!found) co_return propagate(found);
    Page<StoredSession> page{.items = std::move(*found)};
    if (page.items.size() > static_cast<std::size_t>(limit)) {
        page.items.pop_back();
        page.next = page.items.back().key;
    }
    co_return page;
}

asio::awaitable<Result<FoundPage>> Turns::search(CallContext ctx, SearchWords words, std::int64_t before, std::int64_t limit) {
    co_await services_.database.projected(services_.database.stats().last_seq);
    co_return co_await services_.database.read([ctx, words = std::move(words), before, limit](store::Reader& reader) {
        return repository::search(reader, ctx.scope, ctx.reach, words, before, limit);
    });
}

asio::awaitable<Result<Page<PathTurn>>> Turns::messages(CallContext ctx, SessionId id, std::optional<std::int64_t> leaf, std::int64_t after,
                                                        std::int64_t limit) {
    auto stored = co_await session(ctx, id);
    if (!stored) co_return propagate(stored);
    co_await services_.database.projected(services_.database.stats().last_seq);
    const std::int64_t key = stored->key;
    co_return co_await services_.database.read([=](store::Reader& reader) -> Result<Page<PathTurn>> {
        const auto edges = repository::edges(reader, key);
        if (!edges) return propagate(edges);
        const TurnTree tree{*edges};
        if (leaf && !tree.has(*leaf)) return fail(Code::not_found, "the session has no turn of that number");
        Page<PathTurn> page;
        for (const std::int64_t number : tree.path(leaf ? tree.newest_below(*leaf) : tree.newest())) {
            if (number <= after) continue;
            if (static_cast<std::int64_t>(page.items.size()) == limit) {
                page.next = page.items.back().turn.number;
                break;
            }
            auto turn = repository::turn(reader, key, number);
            if (!turn) return propagate(turn);
            if (*turn) page.items.push_back({std::move(**turn), tree.siblings(number)});
        }
        return page;
    });
}

asio::awaitable<Result<StoredTurn>> Turns::stored_turn(CallContext ctx, SessionId id, std::int64_t number) {
    auto stored = co_await session(ctx, id);
    if (!stored) co_return propagate(stored);
    const auto projected = co_await services_.database.projected(services_.database.stats().last_seq);
    if (!projected) co_return propagate(projected);
    const std::int64_t key = stored->key;
    auto turn = co_await services_.database.read([=](store::Reader& reader) { return repository::turn(reader, key, number); });
    if (!turn) co_return propagate(turn);
    if (!*turn) co_return fail(Code::not_found, "the session has no turn of that number");
    co_return std::move(**turn);
}

asio::awaitable<Status> Turns::remove(CallContext ctx, SessionId id) {
    auto& coordinator = home(id);
    co_return co_await run_on(coordinator.executor(), coordinator.remove(ctx, id));
}

asio::awaitable<Result<TurnHandle>> Turns::start(TurnRequest request, CallContext ctx) {
    auto& coordinator = home(request.session);
    co_return co_await run_on(coordinator.executor(), coordinator.start(std::move(request), std::move(ctx)));
}

asio::awaitable<Result<TurnHandle>> Turns::regenerate(TurnRequest request, std::int64_t number, CallContext ctx) {
    auto turn = co_await stored_turn(ctx, request.session, number);
    if (!turn) co_return propagate(turn);
    request.user_message = std::move(turn->user_message);
    request.parent_turn = turn->parent;
    co_return co_await start(std::move(request), std::move(ctx));
}

asio::awaitable<Status> Turns::import(CallContext ctx, SessionId id, std::vector<SaidBefore> said) {
    auto& coordinator = home(id);
    co_return co_await run_on(coordinator.executor(), coordinator.import(std::move(ctx), id, std::move(said)));
}

asio::awaitable<Result<TurnHandle>> Turns::find(CallContext ctx, SessionId id, std::int64_t number) {
    auto& coordinator = home(id);
    co_return co_await run_on(coordinator.executor(), coordinator.find(ctx, id, number));
}

asio::awaitable<Status> Turns::stop(CallContext ctx, SessionId id, std::int64_t number) {
    auto& coordinator = home(id);
    co_return co_await run_on(coordinator.executor(), coordinator.stop(ctx, id, number));
}

asio::awaitable<Result<std::shared_ptr<const TurnRecord>>> Turns::ended(SessionId id, TurnHandle handle) {
    if (handle.record) co_return handle.record;
    co_return co_await run_on(home(id).executor(), handle.live->ended());
}

asio::awaitable<Result<std::vector<store::Event>>> Turns::events(CallContext ctx, SessionId id, TurnHandle handle, store::EventId after) {
    if (handle.live) co_return co_await run_on(home(id).executor(), handle.live->events().next(after));
    const auto told = retell(id.value, *handle.record);
    if (!told) co_return propagate(told);
    std::vector<store::Event> events;
    const std::int64_t epoch = handle.record->epoch;
    const auto add = [&](PublicEvent event) {
        const store::EventId event_id{epoch, static_cast<std::int64_t>(events.size()) + 1};
        events.push_back({event_id, std::move(event.type), std::make_shared<const std::string>(std::move(event.data))});
    };
    for (const auto& event : *told) add(event);
    if (!handle.record->task_id.empty()) {
        const auto turn = co_await stored_turn(ctx, id, handle.record->number);
        if (!turn) co_return propagate(turn);
        if (!turn->advice.empty()) add(event::advice(id.value, turn->number, turn->advice, handle.record->task_id));
    }
    // Ids of another epoch are of no use to this one: the client gets everything.
    if (after.epoch == epoch) std::erase_if(events, [after](const store::Event& event) { return event.id <= after; });
    co_return events;
}

asio::awaitable<Result<FeedbackGiven>> Turns::rate(FeedbackGiven feedback, CallContext ctx) {
    std::int64_t key = 0;  // ratings that find no session belong to nobody
    const auto found = co_await find(ctx, SessionId{feedback.session_id}, feedback.number);
    if (found) {
        std::string decision;
        if (found->live) {
            decision = found->live->accepted().decision_id;
        } else {
            boost::system::error_code ec;
            const auto result = boost::json::parse(found->record->result, ec);
            const auto* id = !ec && result.is_object() ? result.get_object().if_contains("decision_id") : nullptr;
            if (id && id->is_string()) decision = id->get_string().c_str();
        }
        feedback.matched = feedback.decision_id.empty() || feedback.decision_id == decision;
        const auto stored = co_await session(ctx, SessionId{feedback.session_id});
        if (stored) key = stored->key;
    } else if (found.error().code != Code::not_found) {
        co_return propagate(found);
    }
    store::Batch batch;
    batch.append(key, static_cast<int>(Kind::feedback), feedback.encode());
    const auto receipt = co_await services_.database.commit(std::move(batch));
    if (!receipt) co_return propagate(receipt);
    services_.metrics.feedback(feedback.rating, feedback.matched);
    co_return feedback;
}

asio::awaitable<Result<std::size_t>> Turns::recover(std::map<std::int64_t, Recovery::Unfinished> unfinished) {
    const auto projected = co_await services_.database.projected(services_.database.stats().last_seq);
    if (!projected) co_return propagate(projected);
    // Before any turn goes on: one that ends meanwhile starts its own follow-up.
    auto owed = co_await services_.database.read([](store::Reader& reader) { return repository::follow_ups(reader); });
    if (!owed) co_return propagate(owed);
    std::size_t resumed = 0;
    for (auto& [key, turn] : unfinished) {
        const std::int64_t wanted = key;
        auto stored = co_await services_.database.read([wanted](store::Reader& reader) { return repository::find(reader, wanted); });
        if (!stored) co_return propagate(stored);
        if (!*stored) {  // its session is gone, and with it whoever waits for the answer
            services_.database.release(key);
            continue;
        }
        const TenantId tenant{(*stored)->created.tenant};
        const SessionId id{(*stored)->created.id};
        auto& coordinator = home(id);
        const auto status =
            co_await run_on(coordinator.executor(), coordinator.resume(tenant, id, std::move(turn.accepted), std::move(turn.resumption)));
        // Left alone, the session would take a new turn of the same number: better not to start.
        if (!status && status.error().code != Code::failed_precondition) co_return propagate(status);
        if (status) ++resumed;
        else services_.log.error("turn_not_resumed", {{"session_id", id.value}, {"error", status.error().message}});
    }
    for (auto& task : *owed) {
        const SessionId id{task.session_id};
        auto& coordinator = home(id);
        const auto status =
            co_await run_on(coordinator.executor(), coordinator.resume_follow_up(TenantId{task.tenant}, id, task.number, task.task_id));
        if (!status) services_.log.error("follow_up_not_resumed", {{"session_id", id.value}, {"error", status.error().message}});
    }
    co_return resumed;
}

asio::awaitable<Status> Turns::drain(CallContext ctx) {
    for (auto& coordinator : coordinators_) {
        auto status = co_await within(ctx, run_on(coordinator->executor(), coordinator->idle()));
        if (!status) co_return status;
    }
    co_return Status{};
}
}  // namespace rondo::turn
