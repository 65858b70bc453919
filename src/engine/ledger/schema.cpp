#include "engine/ledger/schema.hpp"

#include "engine/ledger/amount.hpp"
#include "engine/ledger/entry.hpp"

#include <map>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace rondo::ledger {
namespace {
// Row ids grow with time, so the oldest rows are the first: that is the order in which they are let go.
constexpr const char* kTables = R"sql(
CREATE TABLE usage(
    tenant TEXT NOT NULL, day INTEGER NOT NULL, user TEXT NOT NULL, session TEXT NOT NULL, api_key TEXT NOT NULL,
    scenario TEXT NOT NULL, node TEXT NOT NULL, model TEXT NOT NULL, target TEXT NOT NULL, estimated INTEGER NOT NULL,
    calls INTEGER NOT NULL, attempts INTEGER NOT NULL,
    input INTEGER NOT NULL, output INTEGER NOT NULL, cache_write INTEGER NOT NULL, cache_read INTEGER NOT NULL,
    cost INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX usage_by_day ON usage(tenant, day, user, session, api_key, scenario, node, model, target, estimated);
CREATE TABLE spent(
    kind INTEGER NOT NULL, tenant TEXT NOT NULL, id TEXT NOT NULL, day INTEGER NOT NULL, cost INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX spent_by_subject ON spent(kind, tenant, id, day);
CREATE TABLE allowances(             -- for each subject and period the newest window's
    kind INTEGER NOT NULL, tenant TEXT NOT NULL, id TEXT NOT NULL, period INTEGER NOT NULL,
    window INTEGER NOT NULL, ceiling INTEGER NOT NULL, version INTEGER NOT NULL,
    PRIMARY KEY(kind, tenant, id, period)) STRICT, WITHOUT ROWID;
CREATE TABLE budgets(
    tenant TEXT NOT NULL, kind INTEGER NOT NULL, id TEXT NOT NULL,
    day INTEGER, month INTEGER, warn_percent INTEGER NOT NULL, shadow INTEGER NOT NULL,
    PRIMARY KEY(tenant, kind, id)) STRICT, WITHOUT ROWID;
)sql";

/// Everything an entry is counted by, in the order of the table's index.
using Place =
    std::tuple<std::string, std::int64_t, std::string, std::string, std::string, std::string, std::string, std::string, std::string, bool>;
struct Sum {
    std::int64_t calls{0}, attempts{0};
    Usage usage;
    Money cost;
};
using SpentBy = std::tuple<SubjectKind, std::string, std::string, std::int64_t>;

Place place_of(const Entry& e) {
    return {e.spender.scope.tenant.value,
            e.day,
            e.spender.scope.user.value,
            e.spender.session,
            e.spender.key,
            e.call.scenario,
            e.call.node,
            e.call.model,
            e.call.target,
            e.call.estimated};
}

void write(const Place& place, const Sum& sum, store::Batch& out) {
    const auto& [tenant, day, user, session, key, scenario, node, model, target, estimated] = place;
    out.execute(
        "INSERT INTO usage VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT(tenant, day, user, session, api_key, scenario, node, model, target, estimated) DO UPDATE SET"
        " calls = calls + excluded.calls, attempts = attempts + excluded.attempts, input = input + excluded.input,"
        " output = output + excluded.output, cache_write = cache_write + excluded.cache_write,"
        " cache_read = cache_read + excluded.cache_read, cost = cost + excluded.cost",
        {tenant, day, user, session, key, scenario, node, model, target, std::int64_t{estimated}, sum.calls, sum.attempts,
         sum.usage.input.count, sum.usage.output.count, sum.usage.cache_write.count, sum.usage.cache_read.count, sum.cost.micros});
}

void write(const SpentBy& by, Money cost, store::Batch& out) {
    const auto& [kind, tenant, id, day] = by;
    out.execute("INSERT INTO spent VALUES(?,?,?,?,?) ON CONFLICT(kind, tenant, id, day) DO UPDATE SET cost = cost + excluded.cost",
                {static_cast<std::int64_t>(kind), tenant, id, day, cost.micros});
}
}  // namespace

store::Migration migration(int version) { return {.version = version, .sql = kTables}; }

void UsageProjection::apply(std::span<const store::JournalRow> rows, store::Batch& out) {
    // Under load the rows of one call have many alike: one statement for all of them.
    std::map<Place, Sum> sums;
    std::map<SpentBy, Money> spent;
    for (const auto& row : rows) {
        if (row.stream != kStream || row.kind != kSettled) continue;
        const auto entry = Entry::decode(*row.body);
        if (!entry) throw std::runtime_error{entry.error().message};  // the store sets it aside
        Sum& sum = sums[place_of(*entry)];
        ++sum.calls;
        sum.attempts += entry->call.attempts;
        sum.usage += entry->call.usage;
        sum.cost = add(sum.cost, entry->cost);
        if (entry->cost.micros == 0) continue;
        for (const SubjectKind kind : kSubjectKinds) {
            if (!entry->spender.has(kind)) continue;
            const SubjectView subject = entry->spender.subject(kind);
            Money& money = spent[{kind, std::string{subject.tenant}, std::string{subject.id}, entry->day}];
            money = add(money, entry->cost);
        }
    }
    for (const auto& [place, sum] : sums) write(place, sum, out);
    for (const auto& [by, cost] : spent) write(by, cost, out);
}
}  // namespace rondo::ledger
