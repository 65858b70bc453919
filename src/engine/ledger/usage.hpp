#pragma once
#include "base/money.hpp"

#include <cstdint>
#include <string>

namespace rondo::ledger {
/// The tokens of one or more model calls, split the way providers bill them; the four kinds do not overlap.
struct Usage {
    Tokens input;        ///< read at full price: neither written to nor read from a prompt cache
    Tokens output;
    Tokens cache_write;
    Tokens cache_read;

    auto operator<=>(const Usage&) const = default;
    Usage& operator+=(const Usage& other) {
        input += other.input;
        output += other.output;
        cache_write += other.cache_write;
        cache_read += other.cache_read;
        return *this;
    }
    friend Usage operator+(Usage a, const Usage& b) { return a += b; }
    [[nodiscard]] Tokens total() const { return input + output + cache_write + cache_read; }
};

/// What calls made for one purpose came to; filled in as they are settled. Belongs to one executor.
struct Receipt {
    Usage usage;
    Money cost;
    std::string model{};    ///< of the last call that used anything
    bool estimated{false};  ///< part of the usage is our own count
    std::int64_t calls{0};
};
}  // namespace rondo::ledger
