#include "spread.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace rondo::bench {
Spread spread(std::vector<double> values) {
    if (values.empty()) return {};
    std::ranges::sort(values);
    const auto at = [&values](double share) {
        const double place = share * static_cast<double>(values.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const auto above = std::min(below + 1, values.size() - 1);
        return std::lerp(values[below], values[above], place - static_cast<double>(below));
    };
    return {.median = at(0.5), .iqr = at(0.75) - at(0.25)};
}
}  // namespace rondo::bench
