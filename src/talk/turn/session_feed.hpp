#pragma once
#include "base/async/signal.hpp"
#include "base/clock.hpp"
#include "platform/store/event_log.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::turn {
/// One event of a session, its advice included.
struct SessionEvent {
    store::EventId place;  ///< among all events of the session: the epoch is the process's generation, `seq` counts from 1 in it
    std::int64_t turn{0};  ///< whose event it is; advice of an older turn may stand between those of the running one
    std::string type;      ///< as of PublicEvent
    std::shared_ptr<const std::string> data;  ///< JSON
};

/// The end of a session's events, in memory: gives every event its place, and keeps the late ones for those who follow.
///
/// Places need no storage of their own but the first one of each turn (TurnRecord::first_seq) and that of each advice: the rest of a
/// turn's follow one another. What is no longer here is read back from the log (session_log.hpp).
/// Bounded: kEvents, or those of kAge; and while nobody has listened for kAge only those of the newest turn. Lives on the session's
/// home loop.
class SessionFeed {
public:
    static constexpr std::size_t kEvents = 10'000;
    static constexpr std::chrono::minutes kAge{5};

    SessionFeed(asio::any_io_executor home, std::int64_t epoch) : changed_{std::move(home)}, last_{epoch, 0} {}

    /// What the log has of the present epoch; before the first append.
    void continue_after(std::int64_t seq) { last_.seq = seq; }
    store::EventId append(std::int64_t turn, std::string_view type, std::shared_ptr<const std::string> data, TimePoint now);
    /// Places for events that are in the log only; returns the first of them.
    store::EventId skip(std::int64_t count);
    /// The session is gone: readers get what is left, then nothing.
    void close();

    [[nodiscard]] store::EventId last() const { return last_; }
    [[nodiscard]] bool closed() const { return closed_; }
    /// True when everything later than `after` is here.
    [[nodiscard]] bool covers(store::EventId after) const;
    /// The first place that is here; behind last() when nothing is.
    [[nodiscard]] store::EventId first() const;
    /// Where to begin to hear all of turn `turn` that is here.
    [[nodiscard]] store::EventId before(std::int64_t turn) const;
    /// At most `limit` events later than `after`, which must be covered.
    [[nodiscard]] std::vector<SessionEvent> later(store::EventId after, std::size_t limit) const;
    /// Waits for the next event or the end. Errors: `cancelled`.
    [[nodiscard]] asio::awaitable<Status> changed() { return changed_.wait(); }

    void enter() { ++listeners_; }
    void leave(TimePoint now);
    [[nodiscard]] std::size_t kept() const { return events_.size(); }

private:
    struct Kept {
        SessionEvent event;
        TimePoint at;
    };
    void make_room(TimePoint now);

    Signal changed_;
    store::EventId last_;
    std::deque<Kept> events_;  // their places follow one another
    std::int64_t newest_{0};  // turn
    int listeners_{0};
    TimePoint heard_until_{TimePoint::min()};  // when the last listener left
    bool closed_{false};
};
}  // namespace rondo::turn
