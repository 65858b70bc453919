#include "engine/ledger/budget.hpp"

#include <algorithm>

namespace rondo::ledger {
std::optional<Money> BudgetReport::remaining() const {
    if (!limit) return std::nullopt;
    return std::max(Money{0}, *limit - used);
}

std::optional<double> BudgetReport::percentage() const {
    if (!limit) return std::nullopt;
    if (limit->micros == 0) return 100.0;
    return 100.0 * static_cast<double>(used.micros) / static_cast<double>(limit->micros);
}
}  // namespace rondo::ledger
