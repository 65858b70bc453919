#pragma once
#include "base/async/signal.hpp"
#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::store {
/// Names one event of a stream. The epoch grows each time the stream is begun anew (a turn resumed after a crash), so that
/// a client never joins two texts; `seq` counts from 1 inside it. {0, 0} is before everything.
struct EventId {
    std::int64_t epoch{0}, seq{0};
    auto operator<=>(const EventId&) const = default;
    /// "2.17"; nullopt for anything else.
    [[nodiscard]] static std::optional<EventId> parse(std::string_view text);
    [[nodiscard]] std::string to_string() const;
};

struct Event {
    EventId id;
    std::string type;
    std::shared_ptr<const std::string> data;  ///< JSON text, shared by all who send it
};

/// The events of one stream (a turn) that any number of readers follow, join late, and re-join after a break.
///
/// In memory; what must survive is journaled by the owner, who appends again after a restart. Lives on one executor; not
/// thread-safe. Must outlive its readers: keep it by shared_ptr. As large as the stream; `bytes()` lets the owner bound it.
class EventLog {
public:
    EventLog(asio::any_io_executor home, std::int64_t epoch) : changed_{std::move(home)}, epoch_{epoch} {}

    EventId append(std::string type, std::string data);
    /// Begins anew: drops the older events; ids go on at `epoch`.1. `epoch` must be greater than the present one.
    void restart(std::int64_t epoch);
    /// No more events will come. Readers get what is left, then the empty answer.
    void close();
    [[nodiscard]] bool closed() const { return closed_; }

    /// The events later than `after` — all of them when `after` is of an earlier epoch —, waiting for at least one.
    /// Empty: closed and nothing left. Errors: `cancelled`; `invalid_argument` for an id this log has not given out.
    [[nodiscard]] asio::awaitable<Result<std::vector<Event>>> next(EventId after);

    [[nodiscard]] const std::deque<Event>& events() const { return events_; }
    [[nodiscard]] std::int64_t epoch() const { return epoch_; }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    Signal changed_;
    std::int64_t epoch_;
    std::deque<Event> events_;  // events_[i] has seq i + 1
    std::size_t bytes_{0};
    bool closed_{false};
};
}  // namespace rondo::store
