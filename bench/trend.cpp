#include "trend.hpp"

namespace rondo::bench {
double slope(std::span<const Point> points) {
    double x = 0, y = 0;
    for (const Point& point : points) {
        x += point.x;
        y += point.y;
    }
    const auto n = static_cast<double>(points.size());
    double xy = 0, xx = 0;  // around the middle, so that large numbers do not eat small differences
    for (const Point& point : points) {
        xy += (point.x - x / n) * (point.y - y / n);
        xx += (point.x - x / n) * (point.x - x / n);
    }
    return xx > 0 ? xy / xx : 0;
}

void LagProbe::look(TimePoint now, std::int64_t ahead, std::int64_t behind) {
    // What is new has come since the last look; counted from there, a lag is rather told too long.
    if (ahead > seen_) waiting_.push_back({before_ == TimePoint{} ? now : before_, ahead});
    seen_ = ahead;
    before_ = now;
    for (; !waiting_.empty() && behind >= waiting_.front().value; waiting_.pop_front())
        lags_.add(std::chrono::round<std::chrono::microseconds>(now - waiting_.front().at));
}
}  // namespace rondo::bench
