#pragma once
#include "base/clock.hpp"

#include <chrono>
#include <cstdint>

namespace rondo {
/// A rate limit that remembers one point in time: the generic cell rate algorithm (GCRA).
///
/// Over any stretch of time t no more than `burst + units * t / period` units are admitted, however the requests fall.
/// Pure: the caller passes `now`, never going backwards, and stays on one strand. Each method is given the rate, so a changed
/// configuration holds at once for limits that are already in use.
class Gcra {
public:
    /// 1 <= burst <= units <= 10^9, 0 < period <= 24 h (asserted).
    struct Rate {
        std::int64_t units{60};
        Clock::duration period{std::chrono::minutes{1}};
        std::int64_t burst{60};  ///< units that may come at once after a silence
    };
    struct Verdict {
        bool admitted{false};
        std::int64_t remaining{0};      ///< units that would be admitted now, after this request
        Clock::duration retry_after{};  ///< until the refused request would be admitted; 0 when it was
        Clock::duration reset_after{};  ///< until the whole burst is there again
    };

    /// Admits `cost` units (>= 1) or refuses them all; what is refused takes nothing. More than `burst` is never admitted and
    /// is told to wait for a whole burst.
    Verdict take(const Rate& rate, std::int64_t cost, TimePoint now);
    /// What take() would say to one unit; takes nothing.
    [[nodiscard]] Verdict look(const Rate& rate, TimePoint now) const;
    /// Takes `cost` units whose number was known only afterwards, past the limit if need be: later requests wait the longer.
    /// The debt is at most kMaxDebt bursts.
    void charge(const Rate& rate, std::int64_t cost, TimePoint now);
    static constexpr std::int64_t kMaxDebt = 1'000;

    /// Nothing would be lost by forgetting this limit.
    [[nodiscard]] bool idle(TimePoint now) const { return full_ <= now; }

private:
    TimePoint full_{};  // when the whole burst is, or was, there again: the algorithm's theoretical arrival time
};
}  // namespace rondo
