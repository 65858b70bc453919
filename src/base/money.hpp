#pragma once
#include <compare>
#include <cstdint>

namespace rondo {
/// A count of model tokens.
struct Tokens {
    std::int64_t count{0};
    auto operator<=>(const Tokens&) const = default;
    Tokens& operator+=(Tokens other) {
        count += other.count;
        return *this;
    }
    friend Tokens operator+(Tokens a, Tokens b) { return Tokens{a.count + b.count}; }
    friend Tokens operator-(Tokens a, Tokens b) { return Tokens{a.count - b.count}; }
};

/// Money in millionths of the currency unit: integers, so that sums are exact.
struct Money {
    std::int64_t micros{0};
    auto operator<=>(const Money&) const = default;
    Money& operator+=(Money other) {
        micros += other.micros;
        return *this;
    }
    friend Money operator+(Money a, Money b) { return Money{a.micros + b.micros}; }
    friend Money operator-(Money a, Money b) { return Money{a.micros - b.micros}; }
};
}  // namespace rondo
