#include "base/config/duration.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace rondo::config {
namespace {
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct Unit {
    std::string_view suffix;  // in a value
    std::string_view key;     // at the end of a key; empty: none
    std::string_view name;
    nanoseconds length;
};
constexpr Unit kUnits[] = {
    {"d", "", "days", 24h},         {"h", "_hours", "hours", 1h},       {"m", "_minutes", "minutes", 1min},
    {"s", "_s", "seconds", 1s},     {"ms", "_ms", "milliseconds", 1ms}, {"us", "_us", "microseconds", 1us},
    {"ns", "", "nanoseconds", 1ns},
};
constexpr nanoseconds kLongest = 24h * 365 * 100;
}  // namespace

std::optional<nanoseconds> unit_of_key(std::string_view key) {
    for (const Unit& unit : kUnits) {
        if (!unit.key.empty() && key.ends_with(unit.key)) return unit.length;
    }
    return std::nullopt;
}

std::optional<nanoseconds> parse_duration(std::string_view text, std::optional<nanoseconds> unit) {
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
    std::string_view suffix{rest, static_cast<std::size_t>(text.data() + text.size() - rest)};
    while (suffix.starts_with(' ')) suffix.remove_prefix(1);
    if (!suffix.empty()) {
        unit.reset();
        for (const Unit& known : kUnits) {
            if (known.suffix == suffix) unit = known.length;
        }
    }
    if (!unit) return std::nullopt;
    // Rounded, for 0.1 s is not exact in binary.
    const double length = std::round(number * static_cast<double>(unit->count()));
    if (length > static_cast<double>(kLongest.count())) return std::nullopt;
    return nanoseconds{static_cast<nanoseconds::rep>(length)};
}

std::string duration_text(nanoseconds time) {
    for (const Unit& unit : kUnits) {
        if (time != 0ns && time % unit.length == 0ns) return fmt::format("{}{}", time / unit.length, unit.suffix);
    }
    return "0s";
}

std::string_view unit_name(nanoseconds length) {
    for (const Unit& unit : kUnits) {
        if (unit.length == length) return unit.name;
    }
    return "ticks";
}
}  // namespace rondo::config
