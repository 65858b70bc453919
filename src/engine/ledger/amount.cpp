#include "engine/ledger/amount.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace rondo::ledger {
namespace {
constexpr std::int64_t kUnit = 1'000'000;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
}  // namespace

std::optional<Money> parse_amount(std::string_view text) {
    std::int64_t micros = 0;
    std::int64_t place = kUnit;  // what the next digit behind the point counts, times ten
    bool digits = false, point = false;
    for (const char c : text) {
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9') return std::nullopt;
        digits = true;
        std::int64_t worth = c - '0';
        if (point) {
            place /= 10;
            if (place == 0) return std::nullopt;
            worth *= place;
        } else {
            if (micros > kMost / 10) return std::nullopt;
            micros *= 10;
            worth *= kUnit;
        }
        if (micros > kMost - worth) return std::nullopt;
        micros += worth;
    }
    if (!digits) return std::nullopt;
    return Money{micros};
}

std::string amount_text(Money amount) {
    const bool negative = amount.micros < 0;
    const std::uint64_t size = negative ? -static_cast<std::uint64_t>(amount.micros) : static_cast<std::uint64_t>(amount.micros);
    std::string text = fmt::format("{}{}.{:06}", negative ? "-" : "", size / kUnit, size % kUnit);
    for (int spare = 4; spare > 0 && text.back() == '0'; --spare) text.pop_back();
    return text;
}

Money from_units(double units) { return Money{std::llround(units * static_cast<double>(kUnit))}; }
double to_units(Money amount) { return static_cast<double>(amount.micros) / static_cast<double>(kUnit); }

Money add(Money a, Money b) { return a.micros > kMost - b.micros ? Money{kMost} : a + b; }
}  // namespace rondo::ledger
