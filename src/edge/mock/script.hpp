#pragma once
#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rondo::mock {
/// Answers for a demonstration: the first line whose words stand in the user's message answers it.
///
/// A JSON array, or one object a line: {"match": "price", "answer": "It costs ten."}. `match` is compared after folding, so case,
/// full-width letters and punctuation do not matter; an empty one matches everything. At most 10,000 lines.
class Script {
public:
    Script() = default;
    /// Errors: `invalid_argument` with one fault for each bad line.
    [[nodiscard]] static Result<Script> parse(std::string_view text);

    /// Null: no line matches. Points into the script.
    [[nodiscard]] const std::string* find(std::string_view message) const;

private:
    struct Line {
        std::string match;  // folded
        std::string answer;
    };
    std::vector<Line> lines_;
};
}  // namespace rondo::mock
