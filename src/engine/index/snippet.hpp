#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::index {
/// Where a query term was found in a text.
struct Mark {
    std::uint32_t offset;
    std::uint32_t term;  ///< which one; small numbers
    float weight;        ///< of the term; the same in all its marks
};

inline constexpr std::size_t kLeastSnippetBytes = 64;

/// The part of `text`, about `max_bytes` long, that holds the heaviest set of different terms, the earliest of equals.
/// Whole characters, white space runs as one space, "…" where text was left out. Reorders `marks`.
/// Precondition: max_bytes >= kLeastSnippetBytes.
[[nodiscard]] std::string snippet(std::string_view text, std::vector<Mark>& marks, std::size_t max_bytes);
}  // namespace rondo::index
