#pragma once
#include "base/money.hpp"
#include "engine/ledger/calendar.hpp"
#include "engine/ledger/subject.hpp"

#include <optional>

namespace rondo::ledger {
/// The limits of one subject. A limit that is absent is none.
struct Budget {
    std::optional<Money> day{}, month{};
    int warn_percent{80};  ///< of a limit, from which on a warning is told; 1 to 100
    bool shadow{false};    ///< counts and tells, never refuses

    [[nodiscard]] const std::optional<Money>& limit(Period period) const { return period == Period::day ? day : month; }
    [[nodiscard]] bool limited() const { return day || month; }
    bool operator==(const Budget&) const = default;
};

/// A budget that somebody set, in place of the configured default of its kind.
struct StoredBudget {
    Subject subject;
    Budget budget;
    bool operator==(const StoredBudget&) const = default;
};

/// Why a call may not be made: what a 402 or 429 tells its caller.
struct Exhausted {
    Subject subject;
    Period period{Period::day};
    Money used;       ///< settled, and set aside for calls under way
    Money limit;
    Money requested;  ///< the estimate that does not fit any more
    WallTime resets_at{};
};

/// No reservation. Codes: `resource_exhausted` with the reason BUDGET_EXHAUSTED and `exhausted`; without it
/// `insufficient_storage`, `unavailable`, `resource_exhausted` when the ledger cannot write down what would be spent.
struct Refusal {
    Error error;
    std::optional<Exhausted> exhausted{};
};

/// How a subject stands in one period.
struct BudgetReport {
    Subject subject;
    Period period{Period::day};
    std::int64_t window{0};
    Money used;           ///< settled; what an earlier process left open counts as settled
    Money held;           ///< set aside for calls under way
    Money unaccounted;    ///< the part of `used` that an earlier process had drawn when it died, and nobody settled
    std::optional<Money> limit{};
    bool shadow{false};
    WallTime resets_at{};

    [[nodiscard]] std::string date() const { return window_text(period, window); }
    [[nodiscard]] std::optional<Money> remaining() const;   ///< 0 once the limit is reached; absent without one
    [[nodiscard]] std::optional<double> percentage() const; ///< of the limit that is used, 0 to over 100; absent without one
};
}  // namespace rondo::ledger
