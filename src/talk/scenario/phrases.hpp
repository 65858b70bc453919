#pragma once
#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::scenario {
/// Text as phrases are compared: folded (case, full width) and without spaces beside a CJK character.
[[nodiscard]] std::string comparable(std::string_view text);

/// A text ready to be searched for phrases.
class Searchable {
public:
    explicit Searchable(std::string_view text);
    [[nodiscard]] std::string_view text() const { return text_; }  ///< comparable

    /// Places in the filter below of three of a phrase's byte triples; all the same one for a phrase too short to have any.
    using Sample = std::array<std::uint16_t, 3>;
    [[nodiscard]] static Sample sample(std::string_view comparable_phrase);
    /// False: a phrase of this sample is certainly absent, as nearly every phrase of a pack is from nearly every message.
    [[nodiscard]] bool may_hold(const Sample& sample) const { return triples_[sample[0]] && triples_[sample[1]] && triples_[sample[2]]; }

private:
    static constexpr std::size_t kPlaces = 1024;
    static std::uint16_t place(std::string_view text, std::size_t at);

    std::string text_;
    std::bitset<kPlaces + 1> triples_;  // a Bloom filter with one hash; the last place is always set
};

/// A set of phrases to look for. A phrase that begins or ends with a Latin letter or digit matches whole words only
/// ("best" is not in "asbestos"). Immutable once filled.
class Phrases {
public:
    Phrases() = default;
    explicit Phrases(const std::vector<std::string>& phrases, const std::vector<std::string>& except = {});

    [[nodiscard]] bool empty() const { return phrases_.empty(); }
    /// Where the last phrase in the comparable text begins, not counting places that lie inside an exception ("第一" in "第一次");
    /// npos when none.
    [[nodiscard]] std::size_t last_in(const Searchable& text) const;
    [[nodiscard]] bool found_in(const Searchable& text) const { return last_in(text) != std::string_view::npos; }

private:
    [[nodiscard]] bool excepted(std::string_view text, std::size_t at, std::size_t length) const;
    struct Phrase {
        std::string text;
        Searchable::Sample sample;
    };
    std::vector<Phrase> phrases_;
    std::vector<std::string> except_;
};

/// Length in code points.
[[nodiscard]] std::size_t code_points(std::string_view utf8);
}  // namespace rondo::scenario
