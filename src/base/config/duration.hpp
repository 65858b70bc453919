#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::config {
/// The unit a key's name ends in ("timeout_ms": one millisecond; also _us, _s, _minutes, _hours), or nullopt.
[[nodiscard]] std::optional<std::chrono::nanoseconds> unit_of_key(std::string_view key);

/// Reads "250ms", "1.5s", "5m", "2h", "1d", or a bare number of `unit` when there is one. nullopt: no such text, negative,
/// or longer than a hundred years.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text, std::optional<std::chrono::nanoseconds> unit);

/// In the largest unit that leaves no fraction: "90s", "250ms", "2h".
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds time);
/// The name of a unit of one of the above, e.g. "milliseconds".
[[nodiscard]] std::string_view unit_name(std::chrono::nanoseconds unit);
}  // namespace rondo::config
