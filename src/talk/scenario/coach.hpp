#pragma once
#include "talk/scenario/phrases.hpp"
#include "talk/scenario/variants.hpp"

#include <limits>

namespace rondo::scenario {
/// What the coach looks at: one turn of the trainee, and what came before.
struct CoachQuery {
    std::string_view user_text;
    std::string_view intent;                          ///< of this turn; empty: not recognised
    std::string_view stage;
    Pick pick{};                                      ///< `said` = earlier advice, oldest first
    std::span<const std::string_view> earlier_intents{};   ///< of the turns before this one
};

/// When a piece of advice applies; every condition given must hold.
struct CoachRule {
    std::string id;
    std::vector<std::string> stages{};   ///< one of; empty: any
    std::vector<std::string> intents{};  ///< one of; empty: any
    Phrases contains{};                  ///< at least one occurs in the user's text
    Phrases lacks{};                     ///< none occurs in it
    std::vector<std::string> unseen{};   ///< none of these intents came up yet, this turn included
    std::size_t min_chars{0};            ///< code points of the user's text
    std::size_t max_chars{std::numeric_limits<std::size_t>::max()};
    int from_turn{0};                    ///< earlier turns do not count; turns are numbered from 1
};

struct Advice {
    std::string text;                ///< one point a line
    std::vector<std::string> rules;  ///< ids of the rules that spoke; empty: the stage's general advice
};

/// Rules over what the trainee did, in order of importance. Immutable once filled.
class Coach {
public:
    static constexpr std::size_t kMaxPoints = 2;  ///< more than two points in one turn is noise

    void add_rule(CoachRule rule, std::vector<LineTemplate> advice);
    void add_stage(const std::string& stage, std::vector<LineTemplate> advice);
    [[nodiscard]] std::size_t size() const { return rules_.size(); }
    [[nodiscard]] bool has_stage(const std::string& stage) const { return stages_.contains(stage); }

    /// The first rule that applies, one of the further ones (another each turn), or the stage's general advice.
    [[nodiscard]] Advice advise(const CoachQuery& query, const Slots& slots) const;

private:
    struct Rule {
        CoachRule when;
        Variants advice;
    };
    std::vector<Rule> rules_;
    std::map<std::string, Variants, std::less<>> stages_;
};
}  // namespace rondo::scenario
