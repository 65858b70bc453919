#pragma once
#include "base/clock.hpp"
#include "histogram.hpp"

#include <cstdint>
#include <deque>
#include <span>

namespace rondo::bench {
struct Point {
    double x, y;
};

/// Theil and Sen's slope: the median of the slopes of all pairs, which single outliers do not move; 0 when no two points differ
/// in x. Takes time and memory by the square of the points; a thousand are fine.
[[nodiscard]] double slope(std::span<const Point> points);

/// How far one counter runs behind another, in time: for every value the first is seen at, how long until the second has it.
/// Looked at often, the error is at most the time between two looks; the lags told are never too short.
class LagProbe {
public:
    void look(TimePoint now, std::int64_t ahead, std::int64_t behind);
    [[nodiscard]] const Histogram& lags() const { return lags_; }

private:
    struct Sight {
        TimePoint at;
        std::int64_t value;
    };
    std::deque<Sight> waiting_;  // oldest first; as long as the lag by the time between two looks
    TimePoint before_{};         // of the last look
    std::int64_t seen_{0};
    Histogram lags_;
};
}  // namespace rondo::bench
