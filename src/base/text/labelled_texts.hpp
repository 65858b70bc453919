#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::text {
/// The label of a text that belongs to none of the others.
inline constexpr std::string_view kOutOfScopeLabel = "oos";

struct LabelledText {
    std::string text;
    std::string label;     ///< kOutOfScopeLabel: none of the others
    std::size_t line{0};   ///< in the file, from 1
};

/// What a file of labelled texts may hold; a fault names the limit that was passed.
struct LabelledTextLimits {
    std::size_t bytes{64U << 20U};
    std::size_t rows{200'000};
    std::size_t text_bytes{8'192};
    std::size_t label_bytes{200};
    std::size_t labels{4'096};  ///< without kOutOfScopeLabel
    std::size_t faults{1'000};  ///< reported; one more says how many were left out
};

/// Reads rows `text TAB label`, one a line, UTF-8. A byte order mark, a carriage return at a line's end, spaces around text
/// and label, and blank lines are ignored; a last line without a line feed is a line. Any bytes may be given.
/// Errors: `invalid_argument`, with one fault (`line 17`) for each bad row; `resource_exhausted` for a file past a limit.
[[nodiscard]] Result<std::vector<LabelledText>> read_labelled_texts(std::string_view bytes, const LabelledTextLimits& limits = {});
}  // namespace rondo::text
