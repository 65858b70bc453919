#include "gateway_row.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

namespace rondo::bench {
namespace {
using Field = std::optional<double> GatewayRow::*;
struct Known {
    const char* name;
    const char* head;  ///< of its column
    Field field;
};
constexpr std::array kFields{Known{"req_per_s", "req/s", &GatewayRow::req_per_s},
                             Known{"added_p50_us", "+p50 us", &GatewayRow::added_p50_us},
                             Known{"added_p99_us", "+p99 us", &GatewayRow::added_p99_us},
                             Known{"cpu_us_per_request", "cpu us", &GatewayRow::cpu_us_per_request},
                             Known{"added_ttft_p99_us", "+ttft p99", &GatewayRow::added_ttft_p99_us},
                             Known{"added_chunk_p99_us", "+chunk p99", &GatewayRow::added_chunk_p99_us}};

struct Target {
    const char* name;  ///< of the case
    std::int64_t c_least, c_most;
    const char* figure;
    double limit;
    bool at_least{false};
};
constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
constexpr std::array kTargets{Target{"json", 1, 1, "added_p99_us", 100},
                              Target{"json", 64, kAny, "req_per_s", 10'000, true},
                              Target{"json", 1, kAny, "cpu_us_per_request", 60},
                              Target{"json", 1, kAny, "rss_kib", 64 * 1024},
                              Target{"sse", 1, 1, "added_ttft_p99_us", 250},
                              Target{"paced", 1, 999, "added_chunk_p99_us", 10},
                              Target{"paced", 1, 999, "added_chunk_max_us", 5'000},
                              Target{"paced", 1'000, kAny, "late", 0},
                              Target{"paced", 1'000, kAny, "lost", 0},
                              Target{"paced", 1'000, kAny, "kib_per_stream", 24},
                              Target{"bad_key", 1, kAny, "cpu_us_per_request", 8},
                              Target{"bad_key", 1, kAny, "upstream_contacts", 0},
                              Target{"head_of_line", 1, kAny, "added_p99_us", 500},
                              Target{"soak", 1, kAny, "rss_kib", 64 * 1024},
                              Target{"soak", 1, kAny, "slope_kib_per_million", 1'024}};

std::optional<double> find(const GatewayRow& row, std::string_view figure) {
    if (figure == "rss_kib") return static_cast<double>(row.rss_kib);
    if (const auto known = std::ranges::find(kFields, figure, [](const Known& k) { return std::string_view{k.name}; });
        known != kFields.end())
        return row.*(known->field);
    const auto more = std::ranges::find(row.more, figure, [](const Figure& f) { return std::string_view{f.name}; });
    return more == row.more.end() ? std::nullopt : std::optional{more->value};
}
}  // namespace

std::string to_json(const GatewayRow& row) {
    std::string line = fmt::format(R"({{"bench":"gateway","case":"{}","c":{})", row.name, row.c);
    // Written by hand because Boost.JSON prints reals with an exponent.
    for (const Known& known : kFields) {
        const auto& value = row.*(known.field);
        line += value ? fmt::format(R"(,"{}":{:.1f})", known.name, *value) : fmt::format(R"(,"{}":null)", known.name);
    }
    line += fmt::format(R"(,"rss_kib":{})", row.rss_kib);
    for (const Figure& figure : row.more) line += fmt::format(R"(,"{}":{:.{}f})", figure.name, figure.value, figure.decimals);
    line += row.binds ? fmt::format(R"(,"binds":"{}")", *row.binds) : R"(,"binds":null)";
    return line + "}";
}

std::string gateway_head() {
    std::string line = fmt::format("{:<12} {:>5}", "case", "c");
    for (const Known& known : kFields) line += fmt::format(" {:>10}", known.head);
    return line + fmt::format(" {:>8} {:<7} {}", "rss KiB", "binds", "more");
}

std::string to_text(const GatewayRow& row) {
    std::string line = fmt::format("{:<12} {:>5}", row.name, row.c);
    for (const Known& known : kFields) {
        const auto& value = row.*(known.field);
        line += value ? fmt::format(" {:>10.1f}", *value) : fmt::format(" {:>10}", "-");
    }
    line += fmt::format(" {:>8} {:<7}", row.rss_kib, row.binds.value_or("-"));
    for (const Figure& figure : row.more) line += fmt::format(" {} {:.{}f}", figure.name, figure.value, figure.decimals);
    return line;
}

std::string targets_text(std::span<const GatewayRow> rows) {
    std::string text = fmt::format("{:<12} {:>5} {:<22} {:>12} {:>12}\n", "case", "c", "figure", "target", "found");
    for (const Target& target : kTargets) {
        for (const GatewayRow& row : rows) {
            if (row.name != target.name || row.c < target.c_least || row.c > target.c_most) continue;
            const auto found = find(row, target.figure);
            if (!found) continue;
            const bool met = target.at_least ? *found >= target.limit : *found <= target.limit;
            text += fmt::format("{:<12} {:>5} {:<22} {:>12} {:>12.1f}  {}\n", row.name, row.c, target.figure,
                                fmt::format("{} {:.0f}", target.at_least ? ">=" : "<=", target.limit), *found, met ? "met" : "missed");
        }
    }
    return text;
}

std::vector<Fault> check_gateway(std::string_view line) {
    const auto parsed = json::parse(line);
    if (!parsed || !parsed->is_object()) return {{"", "not a JSON object"}};
    const auto& object = parsed->as_object();
    std::vector<Fault> faults;
    const auto member = [&](std::string_view name) {
        const auto* value = object.if_contains(name);
        if (!value) faults.push_back({fmt::format("/{}", name), "must be there"});
        return value;
    };
    const auto* bench = member("bench");
    if (bench && *bench != "gateway") faults.push_back({"/bench", "must be gateway"});
    const auto* name = member("case");
    constexpr std::array<std::string_view, 6> kCases{"json", "sse", "paced", "bad_key", "head_of_line", "soak"};
    if (name && (!name->is_string() || std::ranges::find(kCases, std::string_view{name->get_string()}) == kCases.end()))
        faults.push_back({"/case", "must be one of the cases"});
    for (const char* count : {"c", "rss_kib"}) {
        const auto* value = member(count);
        if (value && (!value->is_int64() || value->get_int64() < 1)) faults.push_back({fmt::format("/{}", count), "must be at least 1"});
    }
    for (const Known& known : kFields) {
        const auto* value = member(known.name);
        if (!value || value->is_null()) continue;
        if (!value->is_number()) faults.push_back({fmt::format("/{}", known.name), "must be null or a number"});
        const bool may_be_negative = std::string_view{known.name}.starts_with("added_");  // a difference
        if (value->is_number() && !may_be_negative && value->to_number<double>() <= 0)
            faults.push_back({fmt::format("/{}", known.name), "must be more than 0"});
    }
    if (const auto* binds = member("binds"); binds && !binds->is_null() && !binds->is_string())
        faults.push_back({"/binds", "must be null or a name"});
    return faults;
}
}  // namespace rondo::bench
