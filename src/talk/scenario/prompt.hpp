#pragma once
#include "talk/scenario/pack.hpp"

#include <string>

/// What a language model is told so that it plays a pack's persona; in the pack's language. The embedded model needs none of it.
namespace rondo::scenario {
/// Who the persona is, how the conversation is meant to go, and lines in the persona's voice. The same for every turn of every
/// session, which makes it worth a provider's prompt cache.
[[nodiscard]] std::string persona_prompt(const ScenarioPack::Parts& parts);

/// Where the conversation is: the stage and what the trainee should reach in it.
[[nodiscard]] std::string stage_prompt(const ScenarioPack::Parts& parts, const Stage& stage);

/// Names that this session gave the persona instead of the pack's; empty ones are left as they are.
[[nodiscard]] std::string name_prompt(const std::string& language, const std::string& name, const std::string& role);
}  // namespace rondo::scenario
