#include "engine/ledger/repository.hpp"

#include <optional>

namespace rondo::ledger::repository {
namespace {
constexpr std::int64_t kGenerationShift = 40;  // of store::Database::next_token
constexpr std::int64_t kDaysOfSums = 62;

constexpr store::Sql kSpent = "SELECT coalesce(sum(cost), 0) FROM spent WHERE kind = ? AND tenant = ? AND id = ? AND day BETWEEN ? AND ?";
constexpr store::Sql kAllowance = "SELECT window, ceiling, version FROM allowances WHERE kind = ? AND tenant = ? AND id = ? AND period = ?";
constexpr store::Sql kBudgets =
    "SELECT tenant, kind, id, day, month, warn_percent, shadow FROM budgets WHERE (tenant, kind, id) > (?, ?, ?)"
    " ORDER BY tenant, kind, id LIMIT ?";
constexpr store::Sql kBudgetsOf =
    "SELECT tenant, kind, id, day, month, warn_percent, shadow FROM budgets WHERE tenant = ? AND (kind, id) > (?, ?)"
    " ORDER BY kind, id LIMIT ?";

std::int64_t number(SubjectKind kind) { return static_cast<std::int64_t>(kind); }

store::Value amount(const std::optional<Money>& money) {
    if (!money) return nullptr;
    return money->micros;
}
std::optional<Money> amount(const store::Row& row, std::size_t column) {
    if (row.is_null(column)) return std::nullopt;
    return Money{row.integer(column)};
}

Result<std::vector<StoredBudget>> read_budgets(const Result<std::vector<store::Row>>& rows) {
    if (!rows) return propagate(rows);
    std::vector<StoredBudget> out;
    for (const store::Row& row : *rows) {
        out.push_back({.subject = {static_cast<SubjectKind>(row.integer(1) & 3), TenantId{row.text(0)}, row.text(2)},
                       .budget = {.day = amount(row, 3),
                                  .month = amount(row, 4),
                                  .warn_percent = static_cast<int>(row.integer(5)),
                                  .shadow = row.integer(6) != 0}});
    }
    return out;
}
}  // namespace

Result<std::array<Opening, 2>> opening(store::Reader& reader, const Subject& subject, const Windows& now, std::int64_t generation) {
    std::array<Opening, 2> found{};
    const std::string& tenant = subject.tenant.value;
    for (const Period period : kPeriods) {
        Opening& out = found[static_cast<std::size_t>(period)];
        const std::int64_t window = now.of(period);
        const std::int64_t last = first_day(period, window + 1) - 1;
        const auto spent = reader.query(kSpent, {number(subject.kind), tenant, subject.id, first_day(period, window), last});
        if (!spent) return propagate(spent);
        out.settled = Money{spent->front().integer(0)};
        const auto drawn = reader.query(kAllowance, {number(subject.kind), tenant, subject.id, static_cast<std::int64_t>(period)});
        if (!drawn) return propagate(drawn);
        if (drawn->empty() || drawn->front().integer(0) != window) continue;
        out.ceiling = Money{drawn->front().integer(1)};
        out.ours = drawn->front().integer(2) >> kGenerationShift == generation;
    }
    return found;
}

void append(store::Batch& batch, const Subject& subject, const Allowance& allowance) {
    for (const Period period : kPeriods) {
        const auto& ceiling = allowance.ceiling[static_cast<std::size_t>(period)];
        if (!ceiling) continue;
        batch.execute(
            "INSERT INTO allowances VALUES(?,?,?,?,?,?,?) ON CONFLICT(kind, tenant, id, period) DO UPDATE SET window = excluded.window,"
            " ceiling = excluded.ceiling, version = excluded.version WHERE excluded.version > version",
            {number(subject.kind), subject.tenant.value, subject.id, static_cast<std::int64_t>(period), allowance.windows.of(period),
             ceiling->micros, allowance.version});
    }
}

void append(store::Batch& batch, const StoredBudget& stored) {
    const auto& [subject, budget] = stored;
    batch.execute("INSERT OR REPLACE INTO budgets(tenant, kind, id, day, month, warn_percent, shadow) VALUES(?,?,?,?,?,?,?)",
                  {subject.tenant.value, number(subject.kind), subject.id, amount(budget.day), amount(budget.month),
                   std::int64_t{budget.warn_percent}, std::int64_t{budget.shadow}});
}

void erase_budget(store::Batch& batch, const Subject& subject) {
    batch.execute("DELETE FROM budgets WHERE tenant = ? AND kind = ? AND id = ?", {subject.tenant.value, number(subject.kind), subject.id});
}

Result<std::vector<StoredBudget>> budgets(store::Reader& reader, const Subject* after, std::int64_t limit) {
    if (!after) return read_budgets(reader.query(kBudgets, {std::string{}, std::int64_t{-1}, std::string{}, limit}));
    return read_budgets(reader.query(kBudgets, {after->tenant.value, number(after->kind), after->id, limit}));
}

Result<std::vector<StoredBudget>> budgets_of(store::Reader& reader, const TenantId& tenant, const Subject* after, std::int64_t limit) {
    const std::int64_t kind = after ? number(after->kind) : -1;
    return read_budgets(reader.query(kBudgetsOf, {tenant.value, kind, after ? after->id : std::string{}, limit}));
}

void prune(store::Batch& batch, std::int64_t first_day, std::int64_t today) {
    batch.execute("DELETE FROM usage WHERE rowid IN (SELECT rowid FROM usage ORDER BY rowid LIMIT 500) AND day < ?", {first_day});
    batch.execute("DELETE FROM spent WHERE rowid IN (SELECT rowid FROM spent ORDER BY rowid LIMIT 500) AND day < ?", {today - kDaysOfSums});
}
}  // namespace rondo::ledger::repository
