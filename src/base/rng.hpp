#pragma once
#include <cstdint>

namespace rondo {
/// All chance in rondo: xoshiro256** (Blackman and Vigna), seeded through splitmix64. Not for secrets. Not thread-safe.
class Rng {
public:
    explicit Rng(std::uint64_t seed) noexcept;
    [[nodiscard]] static Rng from_entropy();

    std::uint64_t next() noexcept;
    /// Uniform in [0, bound); bound > 0. Lemire's multiply-shift without the rejection step (bias < 2^-32 for our bounds).
    std::uint64_t below(std::uint64_t bound) noexcept;
    /// Uniform in [0, 1).
    double uniform() noexcept;

    using result_type = std::uint64_t;  // a UniformRandomBitGenerator, for std::shuffle
    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }
    result_type operator()() noexcept { return next(); }

private:
    std::uint64_t state_[4];
};

/// Mixes `value` into `hash`: order-sensitive, for seeds made of several parts (splitmix64's finaliser).
[[nodiscard]] std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept;
}  // namespace rondo
