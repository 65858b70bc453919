#pragma once
#include "talk/scenario/line_template.hpp"

#include <cstdint>
#include <map>
#include <span>

namespace rondo::scenario {
/// What a choice among variants depends on, and nothing else: the same pick gives the same line on every machine.
struct Pick {
    std::string_view session_id{};
    int turn{0};
    std::uint64_t seed{0};
    std::span<const std::string_view> said{};  ///< earlier answers of this session, oldest first
};

/// Several ways to say one thing. Immutable once filled.
class Variants {
public:
    /// `name` keeps the choices of two sets independent of each other.
    Variants(std::string_view name, std::vector<LineTemplate> lines);

    /// A variant whose placeholders all have a text. Prefers one not said before, else the one said longest ago; without
    /// `said`, consecutive turns still differ when there are two or more. Null when none can be rendered.
    [[nodiscard]] const LineTemplate* choose(const Pick& pick, const Slots& slots) const;
    /// Like choose(), but null when every variant was said before.
    [[nodiscard]] const LineTemplate* choose_unsaid(const Pick& pick, const Slots& slots) const;
    [[nodiscard]] const std::vector<LineTemplate>& lines() const { return lines_; }

private:
    struct Choice {
        const LineTemplate* line{nullptr};
        std::size_t age{0};  ///< answers since it was said; said.size() + 1 when never
    };
    [[nodiscard]] Choice best(const Pick& pick, const Slots& slots) const;

    std::uint64_t name_hash_;
    std::vector<LineTemplate> lines_;
};

/// The persona's lines by intent and stage; an empty word means "any".
class LineBook {
public:
    /// False when there is already a set for this pair.
    bool add(const std::string& intent, const std::string& stage, std::vector<LineTemplate> lines);
    [[nodiscard]] bool has(const std::string& intent, const std::string& stage) const { return sets_.contains({intent, stage}); }

    /// The most specific set that still has something new to say: intent and stage, intent, stage, any.
    /// When everything was said, the oldest line of the most specific set. Null when no set fits.
    [[nodiscard]] const LineTemplate* choose(const std::string& intent, const std::string& stage, const Pick& pick,
                                             const Slots& slots) const;

    /// At most `most` lines rendered with `slots`, in the order of intents and stages: one of each set before a second of any.
    [[nodiscard]] std::vector<std::string> samples(std::size_t most, const Slots& slots) const;

private:
    std::map<std::pair<std::string, std::string>, Variants> sets_;
};

/// 64 bits of FNV-1a: for seeds and cache names, not for secrets.
[[nodiscard]] std::uint64_t hash_text(std::string_view text, std::uint64_t from = 0xcbf29ce484222325U) noexcept;
}  // namespace rondo::scenario
