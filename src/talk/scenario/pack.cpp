#include "talk/scenario/pack.hpp"

#include "talk/scenario/prompt.hpp"

#include <cassert>

namespace rondo::scenario {
namespace {
/// How much of the user or of a source is quoted in a sentence of the persona; ideographs say more per character.
struct QuoteLimits {
    std::size_t echo, source;
};
QuoteLimits limits_of(const std::string& language) { return language == "zh" ? QuoteLimits{18, 60} : QuoteLimits{60, 170}; }

std::string say(const Variants& variants, const Pick& pick, const Slots& slots) {
    const LineTemplate* line = variants.choose(pick, slots);
    assert(line && "the loader refuses a set without an always usable variant");
    return line->render(slots);
}
}  // namespace

ScenarioPack::ScenarioPack(Parts parts)
    : parts_{std::move(parts)}, persona_prompt_{std::make_shared<const std::string>(scenario::persona_prompt(parts_))} {
    for (const Stage& stage : parts_.stages) {
        stage_prompts_.emplace(stage.name, std::make_shared<const std::string>(scenario::stage_prompt(parts_, stage)));
    }
}

ScenarioPack::PromptText ScenarioPack::stage_prompt(std::string_view stage) const {
    const auto found = stage_prompts_.find(stage);
    return found == stage_prompts_.end() ? nullptr : found->second;
}

Slots ScenarioPack::slots_for(const LineRequest& request) const {
    Slots slots = parts_.slots.fill(request.user_texts);
    const QuoteLimits limits = limits_of(parts_.language);
    const std::string_view text = request.user_texts.empty() ? std::string_view{} : request.user_texts.back();
    slots.emplace(kEchoSlot, echo_of(text, limits.echo));
    slots.emplace(kSourceSlot, sentence_of(request.sources, text, limits.source));
    if (request.slots) {
        for (const auto& [name, value] : *request.slots) {
            if (!value.empty()) slots.insert_or_assign(name, value);
        }
    }
    return slots;
}

std::string ScenarioPack::line(const LineRequest& request) const {
    const Slots slots = slots_for(request);
    if (request.intent.empty() || request.intent == kOutOfScope) return say(*parts_.out_of_scope, request.pick, slots);
    const LineTemplate* line = parts_.lines.choose(std::string{request.intent}, std::string{request.stage}, request.pick, slots);
    assert(line && "the loader demands lines for any intent and stage");
    return line->render(slots);
}

std::string ScenarioPack::fallback_line(const LineRequest& request) const {
    return say(*parts_.fallback, request.pick, slots_for(request));
}

std::string ScenarioPack::blocked_line(const LineRequest& request) const { return say(*parts_.blocked, request.pick, slots_for(request)); }

Advice ScenarioPack::coach(const CoachQuery& query) const {
    return parts_.coach.advise(query, parts_.slots.fill(std::span{&query.user_text, 1}));
}
}  // namespace rondo::scenario
