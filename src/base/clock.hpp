#pragma once
#include <chrono>
#include <string>

namespace rondo {
using WallTime = std::chrono::sys_time<std::chrono::microseconds>;

/// All time in rondo. Meets the standard Clock requirements, so timers and deadlines run on it.
///
/// `now()` is monotonic: durations, deadlines, leases, time-outs. `wall()` is for display and day keys only.
/// The source can be replaced (tests, a simulator); that is the one global the project allows itself.
/// Thread-safe; `install` only before other threads run.
struct Clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<Clock, duration>;
    static constexpr bool is_steady = true;

    class Source {
    public:
        virtual ~Source() = default;
        virtual time_point now() = 0;
        virtual WallTime wall() = 0;
    };

    [[nodiscard]] static time_point now() noexcept;
    [[nodiscard]] static WallTime wall() noexcept;
    static Source* install(Source* source) noexcept;  ///< null restores the system's; returns the former, not owned
};

using TimePoint = Clock::time_point;

/// A clock that stands still until told to move. Not thread-safe against `advance`.
class ManualClock final : public Clock::Source {
public:
    ManualClock() : former_{Clock::install(this)} {}
    ~ManualClock() override { Clock::install(former_); }
    ManualClock(const ManualClock&) = delete;
    ManualClock& operator=(const ManualClock&) = delete;

    TimePoint now() override { return now_; }
    WallTime wall() override { return wall_; }
    void advance(Clock::duration by) {
        now_ += by;
        wall_ += std::chrono::duration_cast<std::chrono::microseconds>(by);
    }

private:
    Clock::Source* former_;
    TimePoint now_{std::chrono::hours{1}};
    WallTime wall_{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
};

/// 2026-01-31T08:15:30.123Z
[[nodiscard]] std::string iso8601(WallTime time);
}  // namespace rondo
