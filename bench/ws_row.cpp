#include "ws_row.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rondo::bench {
namespace {
constexpr std::array<std::string_view, 6> kCases{"size", "decode", "browser", "idle", "echo", "weak"};

struct Target {
    std::string_view name, figure;
    bool at_least;  ///< else at most
    double limit;
};
constexpr std::array kTargets{
    Target{"size", "percent_of_flat", false, 15},
    Target{"size", "percent_of_lean", false, 55},
    Target{"decode", "delta_ns", false, 300},
    Target{"decode", "less_than_lean_percent", true, 60},
    Target{"browser", "less_than_flat_percent", true, 60},
    Target{"idle", "kib_per_connection", false, 20},
    Target{"echo", "percent_of_beast", true, 90},
    Target{"weak", "first_token_lower_percent", true, 50},
    Target{"weak", "resume_lower_percent", true, 50},
    Target{"weak", "differing_texts", false, 0},
    Target{"weak", "duplicates", false, 0},
};
}  // namespace

std::string to_json(const WsRow& row) {
    // Written by hand because Boost.JSON prints reals with an exponent.
    std::string line = fmt::format(R"({{"bench":"ws","case":"{}","what":{})", row.name, json::quote(row.what));
    for (const Figure& figure : row.figures) line += fmt::format(R"(,"{}":{:.{}f})", figure.name, figure.value, figure.decimals);
    return line + "}";
}

std::string to_text(const WsRow& row) {
    std::string line = fmt::format("{:<8} {:<28}", row.name, row.what);
    for (const Figure& figure : row.figures) line += fmt::format("  {} {:.{}f}", figure.name, figure.value, figure.decimals);
    return line;
}

std::string ws_targets_text(std::span<const WsRow> rows) {
    std::string text = fmt::format("{:<8} {:<28} {:<26} {:>8} {:>10}\n", "case", "what", "figure", "target", "found");
    for (const Target& target : kTargets) {
        for (const WsRow& row : rows) {
            if (row.name != target.name) continue;
            const auto found = std::ranges::find(row.figures, target.figure, [](const Figure& f) { return std::string_view{f.name}; });
            if (found == row.figures.end()) continue;
            const bool met = target.at_least ? found->value >= target.limit : found->value <= target.limit;
            text +=
                fmt::format("{:<8} {:<28} {:<26} {:>8} {:>10.1f}  {}\n", row.name, row.what, target.figure,
                            fmt::format("{} {:.0f}", target.at_least ? ">=" : "<=", target.limit), found->value, met ? "met" : "missed");
        }
    }
    return text;
}

std::vector<Fault> check_ws(std::string_view line) {
    const auto parsed = json::parse(line);
    if (!parsed || !parsed->is_object()) return {{"", "not a JSON object"}};
    const auto& object = parsed->as_object();
    std::vector<Fault> faults;
    const auto word = [&](std::string_view key) -> std::string_view {
        const auto* value = object.if_contains(key);
        if (value && value->is_string()) return value->get_string();
        faults.push_back({fmt::format("/{}", key), "must be there and a string"});
        return {};
    };
    if (word("bench") != "ws") faults.push_back({"/bench", "must be ws"});
    if (std::ranges::find(kCases, word("case")) == kCases.end()) faults.push_back({"/case", "must be one of the cases"});
    if (word("what").empty()) faults.push_back({"/what", "must not be empty"});
    if (object.size() < 4) faults.push_back({"", "must have a figure"});
    for (const auto& [key, value] : object) {
        if (key == "bench" || key == "case" || key == "what") continue;
        if (!value.is_number()) faults.push_back({fmt::format("/{}", std::string_view{key}), "must be a number"});
        const bool may_be_negative = std::string_view{key}.ends_with("_percent");  // a difference
        if (value.is_number() && !may_be_negative && value.to_number<double>() < 0)
            faults.push_back({fmt::format("/{}", std::string_view{key}), "must not be less than 0"});
    }
    return faults;
}
}  // namespace rondo::bench
