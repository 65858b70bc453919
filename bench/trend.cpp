#include "trend.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace rondo::bench {
double slope(std::span<const Point> points) {
    std::vector<double> slopes;
    slopes.reserve(points.size() * points.size() / 2);
    for (std::size_t i = 0; i < points.size(); ++i) {
        for (std::size_t j = i + 1; j < points.size(); ++j) {
            if (const double dx = points[j].x - points[i].x; dx != 0) slopes.push_back((points[j].y - points[i].y) / dx);
        }
    }
    if (slopes.empty()) return 0;
    const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
    std::ranges::nth_element(slopes, middle);
    if (slopes.size() % 2 == 1) return *middle;
    return std::midpoint(*std::ranges::max_element(slopes.begin(), middle), *middle);
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
