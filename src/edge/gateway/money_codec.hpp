#pragma once
#include "base/result.hpp"
#include "engine/ledger/budget.hpp"
#include "engine/ledger/usage_report.hpp"
#include "platform/net/message.hpp"

#include <boost/json/fwd.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// The shapes of usage and budgets in the public API. Amounts are in currency units, and exact in `micros`. Pure.
namespace rondo::gateway {
inline constexpr const char* kCurrency = "USD";

/// What the query of `GET /api/v1/usage` asks for, its tenant left out. Without days: this month, up to `today` (ledger::parse_day).
/// Errors: `invalid_argument` with every fault.
[[nodiscard]] Result<ledger::UsageQuery> usage_query(const net::Request& request, std::int64_t today);
/// CSV is wanted: `format` says so, else `Accept`. Errors: `invalid_argument`.
[[nodiscard]] Result<bool> wants_csv(const net::Request& request);
[[nodiscard]] boost::json::object usage_json(const ledger::UsageQuery& query, const ledger::UsagePage& page);
/// The request's own target for the page behind `name`: what a Link header leads to.
[[nodiscard]] std::string target_after(const net::Request& request, std::string_view name);

/// A budget as `PUT` gives it; a limit that is null or left out is none. Errors: `invalid_argument` with every fault.
[[nodiscard]] Result<ledger::Budget> budget_request(std::string_view body);
/// How a subject stands in the day, and as its member `month` in the month.
[[nodiscard]] boost::json::object budget_json(const std::array<ledger::BudgetReport, 2>& reports, const ledger::Budget& budget);
}  // namespace rondo::gateway
