#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace rondo::scenario {
/// Text as phrases are compared: folded (case, full width) and without spaces beside a CJK character.
[[nodiscard]] std::string comparable(std::string_view text);

/// A set of phrases to look for. A phrase that begins or ends with a Latin letter or digit matches whole words only
/// ("best" is not in "asbestos"). Immutable once filled.
class Phrases {
public:
    Phrases() = default;
    explicit Phrases(const std::vector<std::string>& phrases, const std::vector<std::string>& except = {});

    [[nodiscard]] bool empty() const { return phrases_.empty(); }
    /// Where the last phrase in `comparable` text begins, not counting places that lie inside an exception ("第一" in "第一次"); npos when
    /// none.
    [[nodiscard]] std::size_t last_in(std::string_view comparable_text) const;
    [[nodiscard]] bool found_in(std::string_view comparable_text) const { return last_in(comparable_text) != std::string_view::npos; }

private:
    [[nodiscard]] bool excepted(std::string_view text, std::size_t at, std::size_t length) const;
    std::vector<std::string> phrases_;
    std::vector<std::string> except_;
};

/// Length in code points.
[[nodiscard]] std::size_t code_points(std::string_view utf8);
}  // namespace rondo::scenario
