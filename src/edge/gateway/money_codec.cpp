#include "edge/gateway/money_codec.hpp"

#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "edge/gateway/codec.hpp"
#include "engine/ledger/amount.hpp"
#include "engine/ledger/calendar.hpp"
#include "platform/net/target.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

namespace rondo::gateway {
namespace {
using boost::json::object;
using boost::json::value;

constexpr std::int64_t kUsualLines = 100, kMostLines = 1'000;
constexpr std::size_t kMaxFilter = 200;
constexpr double kMostUnits = 1e9;

object cost_json(Money cost) { return {{"micros", cost.micros}, {"amount", ledger::amount_text(cost)}, {"currency", kCurrency}}; }

object sum_json(const ledger::UsageSum& sum) {
    return {{"calls", sum.calls},
            {"attempts", sum.attempts},
            {"input_tokens", sum.usage.input.count},
            {"output_tokens", sum.usage.output.count},
            {"cache_write_tokens", sum.usage.cache_write.count},
            {"cache_read_tokens", sum.usage.cache_read.count},
            {"total_tokens", sum.usage.total().count},
            {"cost", cost_json(sum.cost)},
            {"estimated_cost", cost_json(sum.estimated_cost)}};
}

/// The first day of the month that `day` lies in.
std::int64_t month_of(std::int64_t day) {
    const auto month = ledger::windows_at(WallTime{std::chrono::days{day}}).of(ledger::Period::month);
    return ledger::first_day(ledger::Period::month, month);
}

value units(const std::optional<Money>& amount) { return amount ? value(ledger::to_units(*amount)) : value(nullptr); }

void add_report(object& out, const ledger::BudgetReport& report) {
    out["period"] = std::string{name(report.period)};
    out["date"] = report.date();
    out["used"] = ledger::to_units(report.used);
    out["limit"] = units(report.limit);
    out["remaining"] = units(report.remaining());
    const auto percentage = report.percentage();
    out["percentage"] = percentage ? value(*percentage) : value(nullptr);
    out["held"] = ledger::to_units(report.held);
    out["unaccounted"] = ledger::to_units(report.unaccounted);
    out["resets_at"] = iso8601(report.resets_at);
}
}  // namespace

Result<ledger::UsageQuery> usage_query(const net::Request& request, std::int64_t today) {
    std::vector<Fault> faults;
    ledger::UsageQuery query;
    if (const auto by = request.query_value("by")) {
        const auto group = ledger::parse_group(*by);
        if (group) query.by = *group;
        else faults.push_back({"by", "must be day, user, model, scenario or node"});
    }
    const auto day = [&](const char* key) -> std::optional<std::int64_t> {
        const auto text = request.query_value(key);
        if (!text) return std::nullopt;
        const auto number = ledger::parse_day(*text);
        if (!number) faults.push_back({key, "must be a day like 2026-01-31"});
        return number;
    };
    const auto first = day("from"), last = day("to");
    query.last_day = last.value_or(today);
    query.first_day = first.value_or(month_of(query.last_day));
    if (faults.empty() && query.first_day > query.last_day) faults.push_back({"from", "must not be later than `to`"});
    for (const auto& [key, filter] : {std::pair{"user", &query.user}, std::pair{"model", &query.model},
                                      std::pair{"scenario", &query.scenario}, std::pair{"node", &query.node}, std::pair{"key", &query.key},
                                      std::pair{"session", &query.session}, std::pair{"target", &query.target}}) {
        *filter = request.query_value(key).value_or("");
        if (filter->size() > kMaxFilter) faults.push_back({key, fmt::format("must be at most {} bytes", kMaxFilter)});
    }
    query.after = request.query_value("after");
    if (query.after && query.by == ledger::GroupBy::day && !ledger::parse_day(*query.after))
        faults.push_back({"after", "must be the `next` of the page before"});
    query.limit = limit_of(request, kUsualLines, kMostLines, faults);
    if (!faults.empty()) return fail(json::invalid(std::move(faults)));
    return query;
}

Result<bool> wants_csv(const net::Request& request) {
    const auto format = request.query_value("format");
    if (!format) return request.header("accept").contains("text/csv");
    if (*format == "csv" || *format == "json") return *format == "csv";
    return fail(json::invalid({{"format", "must be json or csv"}}));
}

object usage_json(const ledger::UsageQuery& query, const ledger::UsagePage& page) {
    boost::json::array lines;
    for (const auto& line : page.lines) {
        object shown{{"name", line.name}};
        const object sums = sum_json(line.sum);
        shown.insert(sums.begin(), sums.end());
        lines.push_back(std::move(shown));
    }
    return {{"by", std::string{name(page.by)}},
            {"from", ledger::window_text(ledger::Period::day, query.first_day)},
            {"to", ledger::window_text(ledger::Period::day, query.last_day)},
            {"lines", std::move(lines)},
            {"total", sum_json(page.total)},
            {"next", page.next ? value(*page.next) : value(nullptr)}};
}

std::string target_after(const net::Request& request, std::string_view name) {
    std::string target = request.path + '?';
    for (const char* key : {"by", "from", "to", "user", "model", "scenario", "node", "key", "session", "target", "format", "limit"}) {
        if (const auto value = request.query_value(key)) target += fmt::format("{}={}&", key, net::percent_encode(*value));
    }
    return target + "after=" + net::percent_encode(name);
}

Result<ledger::Budget> budget_request(std::string_view body) {
    const auto parsed = json::parse(body);
    if (!parsed) return propagate(parsed);
    if (!parsed->is_object()) return fail(json::invalid({{"", "must be a JSON object"}}));
    std::vector<Fault> faults;
    json::ObjectReader in{parsed->get_object(), "", faults};
    ledger::Budget budget;
    double amount = 0;
    if (in.optional("day", amount, 0.0, kMostUnits)) budget.day = ledger::from_units(amount);
    if (in.optional("month", amount, 0.0, kMostUnits)) budget.month = ledger::from_units(amount);
    std::int64_t percent = budget.warn_percent;
    if (in.optional("warn_percent", percent, 1, 100)) budget.warn_percent = static_cast<int>(percent);
    in.optional("shadow", budget.shadow);
    in.finish();
    if (!faults.empty()) return fail(json::invalid(std::move(faults)));
    return budget;
}

object budget_json(const std::array<ledger::BudgetReport, 2>& reports, const ledger::Budget& budget) {
    const auto& [day, month] = reports;
    const auto& subject = day.subject;
    object out{{"subject", ledger::text(subject)}};
    out["user_id"] = subject.kind == ledger::SubjectKind::user ? value(subject.id) : value(nullptr);
    add_report(out, day);
    out["warn_percent"] = budget.warn_percent;
    out["shadow"] = budget.shadow;
    object whole_month;
    add_report(whole_month, month);
    out["month"] = std::move(whole_month);
    return out;
}
}  // namespace rondo::gateway
