#include "engine/ledger/calendar.hpp"

#include <fmt/format.h>

#include <charconv>

namespace rondo::ledger {
namespace {
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

sys_days day(std::int64_t number) { return sys_days{days{number}}; }
sys_days month(std::int64_t number) {
    return std::chrono::year{static_cast<int>(number / 12)} / std::chrono::month{static_cast<unsigned>(number % 12) + 1} / 1;
}

template <class Number>
bool read(std::string_view text, Number& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc{} && end == text.data() + text.size();
}
}  // namespace

std::string_view name(Period period) noexcept { return period == Period::day ? "day" : "month"; }

Windows windows_at(WallTime time) {
    const auto today = std::chrono::floor<days>(time);
    const year_month_day date{today};
    return {{today.time_since_epoch().count(), std::int64_t{int{date.year()}} * 12 + unsigned{date.month()} - 1}};
}

WallTime end_of(Period period, std::int64_t window) { return period == Period::day ? day(window + 1) : month(window + 1); }

std::int64_t first_day(Period period, std::int64_t window) {
    return period == Period::day ? window : month(window).time_since_epoch().count();
}

std::string window_text(Period period, std::int64_t window) {
    const year_month_day date{period == Period::day ? day(window) : month(window)};
    const std::string text = fmt::format("{:04}-{:02}", int{date.year()}, unsigned{date.month()});
    return period == Period::day ? fmt::format("{}-{:02}", text, unsigned{date.day()}) : text;
}

std::optional<std::int64_t> parse_day(std::string_view text) {
    int year = 0;
    unsigned month_of_year = 0, day_of_month = 0;
    if (text.size() != 10 || text[4] != '-' || text[7] != '-' || text[0] == '-') return std::nullopt;
    if (!read(text.substr(0, 4), year) || !read(text.substr(5, 2), month_of_year) || !read(text.substr(8), day_of_month))
        return std::nullopt;
    const year_month_day date{std::chrono::year{year}, std::chrono::month{month_of_year}, std::chrono::day{day_of_month}};
    if (!date.ok()) return std::nullopt;
    return sys_days{date}.time_since_epoch().count();
}
}  // namespace rondo::ledger
