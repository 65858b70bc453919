#pragma once
#include <vector>

namespace rondo::bench {
/// The middle of several measurements, and how far the middle half of them reaches.
struct Spread {
    double median{0}, iqr{0};
};
/// By linear interpolation between neighbours; zeros when there is nothing.
[[nodiscard]] Spread spread(std::vector<double> values);
}  // namespace rondo::bench
