#pragma once
#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Request targets (RFC 9112 section 3.2), pure.
namespace rondo::net {
struct Target {
    std::string path;         ///< decoded
    std::string query;        ///< still encoded; every escape is valid
    std::string authority{};  ///< of "http://host/path"; empty in the usual form
};

/// Reads "/path?query", "http://host/path?query" or the same with https.
/// Errors: `invalid_argument`, reason MALFORMED_TARGET, for other forms, an odd host, invalid escapes, and what a path must not hide:
/// control characters and '/' behind an escape. In a query only %00 is refused.
[[nodiscard]] Result<Target> parse_target(std::string_view target);

/// Undoes %XX; nullopt for an invalid escape or an escaped NUL.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
/// All but letters, digits and "-._~" as %XX: what may stand for itself in a path segment or a query's value.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// The first value of `key` in a query; empty string for a key without '='. Pairs with invalid escapes are skipped.
[[nodiscard]] std::optional<std::string> find_query_value(std::string_view query, std::string_view key);
}  // namespace rondo::net
