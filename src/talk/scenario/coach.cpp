#include "talk/scenario/coach.hpp"

#include <algorithm>

namespace rondo::scenario {
namespace {
bool names(const std::vector<std::string>& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

bool applies(const CoachRule& rule, const CoachQuery& query, const Searchable& text, std::size_t length) {
    if (!rule.stages.empty() && !names(rule.stages, query.stage)) return false;
    if (!rule.intents.empty() && !names(rule.intents, query.intent)) return false;
    if (length < rule.min_chars || length > rule.max_chars || query.pick.turn < rule.from_turn) return false;
    if (names(rule.unseen, query.intent)) return false;
    if (std::ranges::any_of(query.earlier_intents, [&](std::string_view intent) { return names(rule.unseen, intent); })) return false;
    if (!rule.contains.empty() && !rule.contains.found_in(text)) return false;
    return !rule.lacks.found_in(text);
}
}  // namespace

void Coach::add_rule(CoachRule rule, std::vector<LineTemplate> advice) {
    Variants variants{rule.id, std::move(advice)};
    rules_.push_back({std::move(rule), std::move(variants)});
}

void Coach::add_stage(const std::string& stage, std::vector<LineTemplate> advice) {
    stages_.try_emplace(stage, "stage " + stage, std::move(advice));
}

Advice Coach::advise(const CoachQuery& query, const Slots& slots) const {
    const Searchable text{query.user_text};
    const std::size_t length = code_points(query.user_text);
    std::vector<const Rule*> speaking;
    for (const Rule& rule : rules_) {
        if (applies(rule.when, query, text, length)) speaking.push_back(&rule);
    }
    if (speaking.size() > kMaxPoints) {
        std::swap(speaking[1], speaking[1 + static_cast<unsigned>(query.pick.turn) % (speaking.size() - 1)]);
        speaking.resize(kMaxPoints);
    }

    Advice advice;
    for (const Rule* rule : speaking) {
        const LineTemplate* line = rule->advice.choose(query.pick, slots);
        if (!line) continue;
        if (!advice.text.empty()) advice.text += '\n';
        advice.text += line->render(slots);
        advice.rules.push_back(rule->when.id);
    }
    if (!advice.rules.empty()) return advice;
    if (const auto stage = stages_.find(query.stage); stage != stages_.end()) {
        if (const LineTemplate* line = stage->second.choose(query.pick, slots)) advice.text = line->render(slots);
    }
    return advice;
}
}  // namespace rondo::scenario
