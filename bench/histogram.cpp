#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace rondo::bench {
void Histogram::add(std::chrono::microseconds value) noexcept {
    const auto most = (std::int64_t{1} << 36) - 1;
    const auto v = static_cast<std::uint64_t>(std::clamp<std::int64_t>(value.count(), 0, most));
    std::size_t index = v;
    if (v >= kExact) {
        const auto shift = static_cast<std::size_t>(std::bit_width(v)) - 7;  // leaves 64 to 127: seven significant bits
        index = kExact + (shift - 1) * kPerPower + ((v >> shift) - kPerPower);
    }
    ++counts_[index];
    ++total_;
}

std::chrono::microseconds Histogram::quantile(double share) const noexcept {
    const auto wanted = std::max<std::int64_t>(1, std::llround(std::ceil(share * static_cast<double>(total_))));
    std::int64_t seen = 0;
    for (std::size_t index = 0; index < counts_.size(); ++index) {
        seen += counts_[index];
        if (seen < wanted) continue;
        if (index < kExact) return std::chrono::microseconds{index};
        const auto shift = (index - kExact) / kPerPower + 1;
        const auto bits = (index - kExact) % kPerPower + kPerPower;
        return std::chrono::microseconds{((bits + 1) << shift) - 1};
    }
    return {};
}
}  // namespace rondo::bench
