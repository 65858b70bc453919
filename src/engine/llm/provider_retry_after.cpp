// How long a provider wants us to wait.
#include "engine/llm/provider_refusal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace rondo::llm::wire {
namespace {
using std::chrono::milliseconds;
constexpr milliseconds kLongest{std::chrono::hours{1}};

std::optional<int> digits(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('-')) return std::nullopt;
    return value;
}

std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value < 0) return std::nullopt;
    return value;
}

milliseconds bounded(double ms) { return ms >= static_cast<double>(kLongest.count()) ? kLongest : milliseconds{std::llround(ms)}; }
}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
    static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    // Www, dd Mmm yyyy hh:mm:ss GMT
    constexpr std::size_t kLength = 29;
    if (text.size() != kLength || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
    const auto day = digits(text.substr(5, 2)), year = digits(text.substr(12, 4));
    const auto hour = digits(text.substr(17, 2)), minute = digits(text.substr(20, 2)), second = digits(text.substr(23, 2));
    const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
    if (!day || !year || !hour || !minute || !second || month == kMonths.end()) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(month - kMonths.begin()) + 1},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    return WallTime{std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
                    std::chrono::seconds{*second}};
}

std::optional<milliseconds> retry_after(const std::vector<net::Header>& headers, WallTime now) {
    if (const auto fine = number(net::find_header(headers, "retry-after-ms"))) return bounded(*fine);
    const auto text = net::find_header(headers, "retry-after");
    if (const auto seconds = number(text)) return bounded(*seconds * 1000);
    const auto date = parse_http_date(text);
    if (!date) return std::nullopt;
    const auto left = std::chrono::ceil<milliseconds>(*date - now);
    return std::clamp(left, milliseconds{0}, kLongest);
}
}  // namespace rondo::llm::wire
