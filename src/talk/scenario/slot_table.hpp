#pragma once
#include "talk/scenario/line_template.hpp"
#include "talk/scenario/phrases.hpp"

#include <span>

namespace rondo::scenario {
/// Where the placeholders of a pack get their texts: fixed words, and words that follow what the user talks about
/// (a tutor's {topic} is the topic named last). Immutable once filled.
class SlotTable {
public:
    struct Value {
        std::string text;
        Phrases cues;
    };
    /// Both return false when the name is taken.
    bool add_fixed(const std::string& name, std::string text);
    bool add_tracked(const std::string& name, std::string otherwise, std::vector<Value> values);
    [[nodiscard]] bool has(std::string_view name) const { return fixed_.contains(name); }

    /// `user_texts` oldest first. A tracked slot takes the value whose cue was said last.
    [[nodiscard]] Slots fill(std::span<const std::string_view> user_texts) const;

private:
    Slots fixed_;  // tracked slots are here with their default
    std::map<std::string, std::vector<Value>> tracked_;
};

/// Placeholders that are there only on some turns; every set of lines needs a variant without them.
inline constexpr std::string_view kSourceSlot = "source";  ///< a sentence of the knowledge found for this turn
inline constexpr std::string_view kEchoSlot = "echo";      ///< the user's own words, when short enough to quote

/// The part of `text` that is worth quoting back: its last clause, at most `max_code_points` long; empty when there is none.
[[nodiscard]] std::string echo_of(std::string_view text, std::size_t max_code_points);
/// The sentence of `sources` that shares the most with `query`, at most `max_code_points` long; empty when none is short enough.
[[nodiscard]] std::string sentence_of(std::span<const std::string_view> sources, std::string_view query, std::size_t max_code_points);
}  // namespace rondo::scenario
