#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::app {
/// Rows as columns for a terminal: the first `left` columns begin on the left, the others, numbers, end on the right. East Asian
/// characters count as two wide; control characters are shown as '?', so that no name moves the cursor.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t left);

/// How many cells of a terminal the text takes.
[[nodiscard]] std::size_t display_width(std::string_view text);
}  // namespace rondo::app
