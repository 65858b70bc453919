#pragma once
#include "base/ids.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "engine/ledger/usage.hpp"
#include "platform/store/reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::ledger {
/// What lines of a report stand for.
enum class GroupBy { day, user, model, scenario, node };
[[nodiscard]] std::string_view name(GroupBy by) noexcept;
[[nodiscard]] std::optional<GroupBy> parse_group(std::string_view word);

/// Which usage to add up, and how. Empty texts do not filter.
struct UsageQuery {
    TenantId tenant{};
    std::int64_t first_day{0}, last_day{0};  ///< of UTC, both included; see calendar.hpp
    GroupBy by{GroupBy::day};
    std::string user{}, key{}, session{}, scenario{}, node{}, model{}, target{};
    std::optional<std::string> after{};  ///< UsagePage::next of the page before; absent for the first
    std::int64_t limit{100};  ///< lines, >= 1
};

struct UsageSum {
    std::int64_t calls{0}, attempts{0};
    Usage usage;
    Money cost;
    Money estimated_cost;  ///< the part of `cost` whose tokens we counted ourselves
    bool operator==(const UsageSum&) const = default;
};

/// One line: "2026-01-31", or the user's, model's, scenario's or node's name ("" when a call had none).
struct UsageLine {
    std::string name;
    UsageSum sum;
    bool operator==(const UsageLine&) const = default;
};

struct UsagePage {
    GroupBy by{GroupBy::day};
    std::vector<UsageLine> lines;      ///< by name
    UsageSum total;                    ///< of all pages
    std::optional<std::string> next{}; ///< absent on the last page
};

/// Reads one page and the total from one snapshot; what was settled a moment ago may not be there yet (Database::projected).
/// Errors: `invalid_argument` (days the wrong way round, limit < 1), the reader's.
[[nodiscard]] Result<UsagePage> usage(store::Reader& reader, const UsageQuery& query);

/// The page as CSV (RFC 4180, CRLF): a head line, the lines, and a last one named "total" when the page is the last. Texts that a
/// spreadsheet would take for a formula get an apostrophe in front. Amounts are decimals.
[[nodiscard]] std::string usage_csv(const UsagePage& page);
}  // namespace rondo::ledger
