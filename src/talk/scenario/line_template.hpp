#pragma once
#include "base/result.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::scenario {
/// What the placeholders of a line stand for.
using Slots = std::map<std::string, std::string, std::less<>>;

/// A sentence with placeholders: `你说的{product}，{price}能再谈吗？`. `{{` and `}}` are literal braces.
/// A slot's text is inserted as it is and never read for placeholders again. Immutable.
class LineTemplate {
public:
    /// Errors: `invalid_argument` (an unclosed brace, an empty or ill-formed name).
    [[nodiscard]] static Result<LineTemplate> parse(std::string_view text);

    /// Each name once, in order of appearance.
    [[nodiscard]] const std::vector<std::string>& placeholders() const { return placeholders_; }
    /// True when every placeholder has a text that is not empty.
    [[nodiscard]] bool can_render(const Slots& slots) const;
    /// A placeholder without a slot is left out.
    [[nodiscard]] std::string render(const Slots& slots) const;
    /// True when `text` looks like an earlier rendering of this line, whatever the slots were then.
    [[nodiscard]] bool said_in(std::string_view text) const;

private:
    struct Part {
        std::string text;
        bool is_slot;
    };
    std::vector<Part> parts_;
    std::vector<std::string> placeholders_;
};
}  // namespace rondo::scenario
