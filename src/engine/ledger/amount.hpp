#pragma once
#include "base/money.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rondo::ledger {
/// "12.5" as 12'500'000 micro-units: digits, at most one point, at most six places; no sign, no exponent. Nothing is rounded.
[[nodiscard]] std::optional<Money> parse_amount(std::string_view text);

/// The amount with two to six places and no more than it needs: "100.00", "0.000018", "-1.50".
[[nodiscard]] std::string amount_text(Money amount);

/// The nearest micro-unit; for settings and report figures only. `units` is finite and below nine million million.
[[nodiscard]] Money from_units(double units);
[[nodiscard]] double to_units(Money amount);

/// Sums and differences of amounts stop at the largest one instead of wrapping; `a`, `b` >= 0.
[[nodiscard]] Money add(Money a, Money b);
}  // namespace rondo::ledger
