#pragma once
#include "base/async/event_loops.hpp"
#include "talk/turn/coordinator.hpp"
#include "talk/turn/recovery.hpp"
#include "talk/turn/search.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rondo::turn {
/// A page of a list; `next` continues it, 0: there is no more.
template <class T>
struct Page {
    std::vector<T> items;
    std::int64_t next{0};
};

/// A turn on the path that was asked for.
struct PathTurn {
    StoredTurn turn;
    std::vector<std::int64_t> siblings;  ///< numbers of all turns that follow the same one, this one among them, ascending
};

/// The conversation service as the edge sees it: every session has a home loop, and every call is taken there.
/// May be called from any loop; the caller's coroutine resumes where it was.
class Turns {
public:
    Turns(EventLoops& loops, Services services);

    asio::awaitable<Result<TurnCoordinator::NewSession>> create(SessionCreated wanted);
    asio::awaitable<Result<StoredSession>> session(CallContext ctx, SessionId id, std::optional<std::int64_t>* running = nullptr);
    asio::awaitable<Result<Page<StoredSession>>> list(CallContext ctx, std::int64_t before, std::int64_t limit);
    /// Errors: those of repository::search.
    asio::awaitable<Result<FoundPage>> search(CallContext ctx, SearchWords words, std::int64_t before, std::int64_t limit);
    /// The path that ends in the newest turn below turn `leaf`, or in the session's newest one; the turns after number `after`.
    /// Errors: `not_found` (the session, the turn), the store's.
    asio::awaitable<Result<Page<PathTurn>>> messages(CallContext ctx, SessionId id, std::optional<std::int64_t> leaf, std::int64_t after,
                                                     std::int64_t limit);
    asio::awaitable<Status> remove(CallContext ctx, SessionId id);

    asio::awaitable<Result<TurnHandle>> start(TurnRequest request, CallContext ctx);
    /// Like start(), with the message and the parent of turn `number`: another answer, beside the one that is there.
    /// Errors: `not_found` too.
    asio::awaitable<Result<TurnHandle>> regenerate(TurnRequest request, std::int64_t number, CallContext ctx);
    /// Puts what was said elsewhere into a session that has no turn yet, as ended turns, oldest first; of many the last
    /// `history_turns`. Pairs without a message of the user are left out. Errors: `not_found`, `failed_precondition` (turns are there),
    /// the store's.
    asio::awaitable<Status> import(CallContext ctx, SessionId id, std::vector<SaidBefore> said);
    asio::awaitable<Result<TurnHandle>> find(CallContext ctx, SessionId id, std::int64_t number);
    asio::awaitable<Status> stop(CallContext ctx, SessionId id, std::int64_t number);
    /// The record of a turn, when it has ended. Errors: why it will not.
    asio::awaitable<Result<std::shared_ptr<const TurnRecord>>> ended(SessionId id, TurnHandle handle);
    /// Events of a turn later than `after`, waiting for at least one; empty: the last one was told.
    asio::awaitable<Result<std::vector<store::Event>>> events(CallContext ctx, SessionId id, TurnHandle handle, store::EventId after);

    /// Follows a session's events from behind `after`; without it from the first event of the running turn, or else from now on.
    /// Errors: `not_found`; `invalid_argument` (reason UNKNOWN_PLACE: a place that has not happened); the store's.
    asio::awaitable<Result<std::shared_ptr<Subscription>>> subscribe(CallContext ctx, SessionId id, std::optional<store::EventId> after);
    /// The events later than the subscription's place, some hundred of them at most, waiting for at least one; those that memory no
    /// longer has are read from the log. Empty: the session is deleted. Errors: `cancelled`, the store's.
    asio::awaitable<Result<std::vector<SessionEvent>>> next(Subscription& subscription);

    /// Stores a rating; `matched` in the answer says whether it found its turn.
    asio::awaitable<Result<FeedbackGiven>> rate(FeedbackGiven feedback, CallContext ctx);

    /// Takes up what a crash left: unfinished turns, follow-ups still owed. Returns how many turns. The caller has put a hold
    /// on the unfinished sessions' rows before the database started: they are needed again should we die once more.
    asio::awaitable<Result<std::size_t>> recover(std::map<std::int64_t, Recovery::Unfinished> unfinished);
    /// Waits until nothing runs. Errors: `deadline_exceeded`.
    asio::awaitable<Status> drain(CallContext ctx);

private:
    /// A turn as the table tells it, once everything up to now is there. Errors: `not_found`, the store's.
    asio::awaitable<Result<StoredTurn>> stored_turn(CallContext ctx, SessionId id, std::int64_t number);
    TurnCoordinator& home(const SessionId& id) { return *coordinators_[std::hash<SessionId>{}(id) % coordinators_.size()]; }

    Services services_;
    std::vector<std::unique_ptr<TurnCoordinator>> coordinators_;
};
}  // namespace rondo::turn
