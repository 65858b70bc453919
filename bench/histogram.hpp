#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rondo::bench {
/// Durations counted in buckets: exact to 128 µs, then at most 1.6 % wide, up to 19 hours. Fixed size; not thread-safe.
class Histogram {
public:
    void add(std::chrono::microseconds value) noexcept;
    /// The upper end of the bucket that `share` (0 to 1) of the values do not pass; zero when there are none.
    [[nodiscard]] std::chrono::microseconds quantile(double share) const noexcept;

private:
    // 128 buckets of one microsecond, then 64 for each power of two from 2^7 to 2^35.
    static constexpr std::size_t kExact = 128, kPerPower = 64, kPowers = 29;
    std::array<std::int64_t, kExact + kPerPower * kPowers> counts_{};
    std::int64_t total_{0};
};
}  // namespace rondo::bench
