#pragma once
#include "base/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::ledger {
/// What a limit is counted over. The numbers are on disk.
enum class Period : std::uint8_t { day = 0, month = 1 };
inline constexpr std::array kPeriods{Period::day, Period::month};
[[nodiscard]] std::string_view name(Period period) noexcept;  ///< "day", "month"

/// The windows of UTC that a moment lies in, as numbers that grow by one: days since 1970-01-01, months since year 0.
struct Windows {
    std::array<std::int64_t, 2> number{};
    [[nodiscard]] std::int64_t of(Period period) const { return number[static_cast<std::size_t>(period)]; }
    [[nodiscard]] std::int64_t day() const { return of(Period::day); }
    bool operator==(const Windows&) const = default;
};
[[nodiscard]] Windows windows_at(WallTime time);

/// The first moment after the window: when its limit is new again.
[[nodiscard]] WallTime end_of(Period period, std::int64_t window);
/// The first day of the window's month, itself for a day.
[[nodiscard]] std::int64_t first_day(Period period, std::int64_t window);

/// "2026-01-31" or "2026-01".
[[nodiscard]] std::string window_text(Period period, std::int64_t window);
/// The day's number; nullopt when the text is no date of the form 2026-01-31.
[[nodiscard]] std::optional<std::int64_t> parse_day(std::string_view text);
}  // namespace rondo::ledger
