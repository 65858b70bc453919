#include "engine/ledger/usage_report.hpp"

#include "engine/ledger/amount.hpp"
#include "engine/ledger/calendar.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace rondo::ledger {
namespace {
constexpr std::array kGroups{GroupBy::day, GroupBy::user, GroupBy::model, GroupBy::scenario, GroupBy::node};

// Days are padded, so that their order as text is that of time.
#define RONDO_USAGE_SUMS \
    "sum(calls), sum(attempts), sum(input), sum(output), sum(cache_write), sum(cache_read), sum(cost), sum(cost * estimated)"
#define RONDO_USAGE_FROM                                                                                                   \
    " FROM usage WHERE tenant = ?1 AND day BETWEEN ?2 AND ?3 AND (?4 = '' OR user = ?4) AND (?5 = '' OR api_key = ?5)"     \
    " AND (?6 = '' OR session = ?6) AND (?7 = '' OR scenario = ?7) AND (?8 = '' OR node = ?8) AND (?9 = '' OR model = ?9)" \
    " AND (?10 = '' OR target = ?10)"
constexpr store::Sql kTotal = "SELECT " RONDO_USAGE_SUMS RONDO_USAGE_FROM;
constexpr store::Sql kLines =
    "SELECT CASE ?11 WHEN 0 THEN printf('%08d', day) WHEN 1 THEN user WHEN 2 THEN model WHEN 3 THEN scenario ELSE node END AS "
    "name, " RONDO_USAGE_SUMS RONDO_USAGE_FROM " GROUP BY name HAVING ?12 = 0 OR name > ?13 ORDER BY name LIMIT ?14";
#undef RONDO_USAGE_SUMS
#undef RONDO_USAGE_FROM

UsageSum sum_at(const store::Row& row, std::size_t first) {
    const auto number = [&](std::size_t i) { return row.integer(first + i); };
    return {.calls = number(0),
            .attempts = number(1),
            .usage = {.input = {number(2)}, .output = {number(3)}, .cache_write = {number(4)}, .cache_read = {number(5)}},
            .cost = {number(6)},
            .estimated_cost = {number(7)}};
}

/// A day's name as the tables' number, padded; "" when it is none.
std::string padded(std::string_view date) {
    const auto day = parse_day(date);
    return day ? fmt::format("{:08}", *day) : std::string{};
}
std::string date_of(std::string_view padded) {
    std::int64_t day = 0;
    std::from_chars(padded.data(), padded.data() + padded.size(), day);
    return window_text(Period::day, day);
}

void field(std::string& out, std::string_view text) {
    const bool formula = !text.empty() && std::string_view{"=+-@\t\r"}.contains(text.front());
    if (!formula && text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    if (formula) out += '\'';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void line(std::string& out, std::string_view name, const UsageSum& sum) {
    field(out, name);
    out += fmt::format(",{},{},{},{},{},{},{},{}\r\n", sum.calls, sum.attempts, sum.usage.input.count, sum.usage.output.count,
                       sum.usage.cache_write.count, sum.usage.cache_read.count, amount_text(sum.cost), amount_text(sum.estimated_cost));
}
}  // namespace

std::string_view name(GroupBy by) noexcept {
    switch (by) {
        case GroupBy::day: return "day";
        case GroupBy::user: return "user";
        case GroupBy::model: return "model";
        case GroupBy::scenario: return "scenario";
        case GroupBy::node: return "node";
    }
    return "unknown";
}

std::optional<GroupBy> parse_group(std::string_view word) {
    for (const GroupBy by : kGroups) {
        if (word == name(by)) return by;
    }
    return std::nullopt;
}

Result<UsagePage> usage(store::Reader& reader, const UsageQuery& q) {
    if (q.first_day > q.last_day) return fail(Code::invalid_argument, "the first day lies behind the last: swap them");
    if (q.limit < 1) return fail(Code::invalid_argument, "ask for at least one line");
    const std::string after = !q.after ? std::string{} : q.by == GroupBy::day ? padded(*q.after) : *q.after;
    if (q.by == GroupBy::day && q.after && after.empty())
        return fail(Code::invalid_argument, "the place to go on from is no day; use the one the page before gave");
    std::vector<store::Value> params{q.tenant.value, q.first_day, q.last_day, q.user,  q.key,
                                     q.session,      q.scenario,  q.node,     q.model, q.target};

    UsagePage page{.by = q.by, .lines = {}, .total = {}};
    const auto total = reader.query(kTotal, params);
    if (!total) return propagate(total);
    page.total = sum_at(total->front(), 0);

    params.insert(params.end(), {static_cast<std::int64_t>(q.by), std::int64_t{q.after.has_value()}, after, q.limit + 1});
    const auto rows = reader.query(kLines, params);
    if (!rows) return propagate(rows);
    for (const store::Row& row : *rows) {
        if (static_cast<std::int64_t>(page.lines.size()) == q.limit) {
            page.next = page.lines.back().name;
            break;
        }
        page.lines.push_back({q.by == GroupBy::day ? date_of(row.text(0)) : row.text(0), sum_at(row, 1)});
    }
    return page;
}

std::string usage_csv(const UsagePage& page) {
    std::string out{name(page.by)};
    out += ",calls,attempts,input_tokens,output_tokens,cache_write_tokens,cache_read_tokens,cost,estimated_cost\r\n";
    for (const UsageLine& each : page.lines) line(out, each.name, each.sum);
    if (!page.next) line(out, "total", page.total);
    return out;
}
}  // namespace rondo::ledger
