#pragma once
#include "base/clock.hpp"
#include "base/rng.hpp"

#include <algorithm>
#include <cmath>

namespace rondo {
/// How long to wait before the n-th retry: a uniformly random time up to base * 2^n ("full jitter"), so that callers who
/// failed together do not come back together. Pure.
struct Backoff {
    Clock::duration base{std::chrono::milliseconds{200}};
    Clock::duration limit{std::chrono::seconds{2}};  ///< no wait is longer
    Clock::duration least{0};                        ///< no wait is shorter; <= limit

    /// Before retry number `retry`, from 0.
    [[nodiscard]] Clock::duration delay(int retry, Rng& rng) const {
        const double grown = static_cast<double>(base.count()) * std::exp2(std::clamp(retry, 0, 60));
        const double top = std::min(grown, static_cast<double>(limit.count()));
        return std::clamp(Clock::duration{static_cast<Clock::rep>(top * rng.uniform())}, least, limit);
    }
};
}  // namespace rondo
