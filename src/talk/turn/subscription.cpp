// Following a session: Turns::subscribe and Turns::next.
#include "talk/turn/subscription.hpp"

#include "base/async/run_on.hpp"
#include "talk/turn/session_log.hpp"
#include "talk/turn/turns.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <utility>

namespace rondo::turn {
namespace {
constexpr std::size_t kEventsAtOnce = 512;
}

Subscription::Subscription(asio::any_io_executor home, std::shared_ptr<Session> session, store::EventId place, std::int64_t running)
    : home_{std::move(home)}, session_{std::move(session)}, place_{place}, running_{running} {
    session_->feed->enter();
}

Subscription::~Subscription() {
    asio::post(home_, [session = std::move(session_)] { session->feed->leave(Clock::now()); });
}

asio::awaitable<Result<std::shared_ptr<Subscription>>> Turns::subscribe(CallContext ctx, SessionId id,
                                                                        std::optional<store::EventId> after) {
    auto& coordinator = home(id);
    co_return co_await run_on(coordinator.executor(), coordinator.subscribe(std::move(ctx), std::move(id), after));
}

asio::awaitable<Result<std::vector<SessionEvent>>> Turns::next(Subscription& subscription) {
    auto& coordinator = home(subscription.session_->id());
    auto events = co_await run_on(subscription.home_, coordinator.events(subscription.session_, subscription.place_));
    if (events && !events->empty()) subscription.place_ = events->back().place;
    co_return events;
}

asio::awaitable<Result<std::shared_ptr<Subscription>>> TurnCoordinator::subscribe(CallContext ctx, SessionId id,
                                                                                  std::optional<store::EventId> after) {
    auto opened = co_await open(std::move(ctx), std::move(id));
    if (!opened) co_return propagate(opened);
    const auto session = *opened;
    const SessionFeed& feed = *session->feed;
    if (after && *after > feed.last()) {
        co_return fail(Error{.code = Code::invalid_argument,
                             .message = fmt::format("event {} of this session has not happened; leave the place out to begin with what is "
                                                    "told now",
                                                    after->to_string()),
                             .reason = "UNKNOWN_PLACE"});
    }
    const std::int64_t running = session->busy() ? session->live->number() : 0;
    const store::EventId from = after ? *after : running > 0 ? feed.before(running) : feed.last();
    co_return std::make_shared<Subscription>(executor(), session, from, running);
}

asio::awaitable<Result<std::vector<SessionEvent>>> TurnCoordinator::events(std::shared_ptr<Session> session, store::EventId after) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const SessionFeed& feed = *session->feed;
    for (;;) {
        if (!feed.covers(after)) {
            const store::EventId here = feed.first();
            auto told = co_await logged(session, after, here);
            if (!told || !told->empty()) co_return told;
            after = {here.epoch, here.seq - 1};
            continue;
        }
        if (auto later = feed.later(after, kEventsAtOnce); !later.empty() || feed.closed()) co_return later;
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
        if (const auto woken = co_await session->feed->changed(); !woken) co_return propagate(woken);
    }
}

asio::awaitable<Result<std::vector<SessionEvent>>> TurnCoordinator::logged(std::shared_ptr<Session> session, store::EventId after,
                                                                           store::EventId before) {
    const auto projected = co_await services_.database.projected(services_.database.stats().last_seq);
    if (!projected) co_return propagate(projected);
    session_log::Place where{session->key(), session->stored.created.id, session->stored.turns - (session->busy() ? 1 : 0)};
    co_return co_await services_.database.read(
        [where = std::move(where), after, before](store::Reader& reader) { return session_log::read(reader, where, after, before); });
}
}  // namespace rondo::turn
