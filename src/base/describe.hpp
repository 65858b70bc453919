#pragma once
#include <chrono>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

/// The vocabulary of `describe(Visitor&, Config&)`: a module lists its settings once, and the loader, the validator,
/// `check-config` and the metadata API all walk that list.
namespace rondo {
/// When a change of a setting takes effect.
enum class Reload { live, restart };

/// Closed range of an integer, real or duration setting; durations count in the field's own unit.
struct Range {
    double low{-std::numeric_limits<double>::infinity()};
    double high{std::numeric_limits<double>::infinity()};
};

template <class Rep, class Period>
struct DurationRange {
    std::chrono::duration<Rep, Period> low, high;
};

template <class Number>
    requires std::is_arithmetic_v<Number>
constexpr Range in(Number low, Number high) {
    return {static_cast<double>(low), static_cast<double>(high)};
}
/// Bounds in nanoseconds; the visitor converts.
constexpr DurationRange<std::chrono::nanoseconds::rep, std::nano> in(std::chrono::nanoseconds low, std::chrono::nanoseconds high) {
    return {low, high};
}

/// One of a closed set of words.
struct OneOf {
    std::vector<std::string_view> words;
};
}  // namespace rondo
