#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace rondo::obs {
enum class Level { trace, debug, info, warn, error, off };

/// "trace", "debug", "info", "warn", "error", "off".
[[nodiscard]] std::string_view name(Level level) noexcept;
/// The level of that name; `info` for any other word (the loader has refused those already).
[[nodiscard]] Level parse_level(std::string_view word) noexcept;

/// One key and value of a log line. Borrows its texts: use it within the call it was made for.
class Field {
public:
    using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

    template <std::convertible_to<std::string_view> Text>
    Field(std::string_view key, const Text& text) : key_{key}, value_{std::string_view{text}} {}
    template <std::signed_integral Number>
    Field(std::string_view key, Number number) : key_{key}, value_{std::int64_t{number}} {}
    template <std::unsigned_integral Number>
        requires(!std::same_as<Number, bool>)
    Field(std::string_view key, Number number) : key_{key}, value_{std::uint64_t{number}} {}
    Field(std::string_view key, double number) : key_{key}, value_{number} {}
    Field(std::string_view key, std::same_as<bool> auto flag) : key_{key}, value_{flag} {}
    template <class Tag>
    Field(std::string_view key, const Id<Tag>& id) : key_{key}, value_{std::string_view{id.value}} {}

    [[nodiscard]] std::string_view key() const noexcept { return key_; }
    [[nodiscard]] const Value& value() const noexcept { return value_; }

private:
    std::string_view key_;
    Value value_;
};

/// Longest text of one field, in bytes before escaping; the rest is replaced by "...(+N bytes)".
inline constexpr std::size_t kMaxFieldBytes = 1024;

/// Appends {"ts":...,"level":...,"event":...,<fields>} without a line end. Pure.
/// Valid single-line JSON whatever the bytes: invalid UTF-8 becomes U+FFFD; control, bidirectional-override, zero-width and
/// line-separator characters are escaped, so that a line shows what it holds. NaN and infinities become strings.
void append_log_line(std::string& out, WallTime time, Level level, std::string_view event, std::span<const Field> fields);

/// Appends `text` as a JSON string, quotes included, by the same rules and cut after `max_bytes`.
void append_json_string(std::string& out, std::string_view text, std::size_t max_bytes = kMaxFieldBytes);

/// The longest front of `text` of at most `max_bytes` that does not end inside a UTF-8 character.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t max_bytes) noexcept;
}  // namespace rondo::obs
