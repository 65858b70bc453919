#pragma once
#include "base/result.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// JSON at the border: parse what a stranger sent, within limits, with errors a person can act on.
/// Values are Boost.JSON's; simdjson reads (UTF-8 validated), and only a refused text is read again for its position.
namespace rondo::json {
struct Limits {
    std::size_t max_bytes{8U << 20U};
    std::size_t max_depth{64};
    std::size_t max_keys{10'000};      ///< in the whole text
};

/// Errors: `invalid_argument` with the line and column (syntax, UTF-8) or the limit that was passed, and
/// `Error::reason` MALFORMED_JSON, TOO_DEEP, TOO_LARGE or INVALID_UTF8.
/// A repeated key keeps its last value; its pointer is added to `duplicates` when given.
[[nodiscard]] Result<boost::json::value> parse(std::string_view text, const Limits& limits = {},
                                               std::vector<std::string>* duplicates = nullptr);

/// Compact JSON text. Numbers as people write them (1.366, not Boost.JSON's 1.366E0), the shortest that reads back exactly;
/// NaN and infinities, which JSON has no word for, become null.
[[nodiscard]] std::string write(const boost::json::value& value);

/// `text` as a JSON string, quotes included. `text` must be UTF-8.
[[nodiscard]] std::string quote(std::string_view text);

/// `pointer` + "/" + `key` with the escapes of RFC 6901.
[[nodiscard]] std::string join(std::string_view pointer, std::string_view key);
[[nodiscard]] std::string join(std::string_view pointer, std::size_t index);
}  // namespace rondo::json
