#pragma once
#include "talk/scenario/map_reader.hpp"
#include "talk/scenario/pack.hpp"

namespace rondo::scenario {
/// The names the rest of a scenario may refer to.
struct Names {
    std::vector<std::string> stages;
    std::vector<std::string> intents;
    std::vector<std::string> placeholders;

    /// Adds a fault for each word of `words` that is not in `known`; `kind` is "stage" or "intent".
    static void check(const std::vector<Text>& words, const std::vector<std::string>& known, const char* kind, FaultSink& faults);
};

/// Reads scenario.yaml into `parts` and adds every fault it finds. Unless faults were added, `parts` has its stages,
/// machine, intents, slots and speech.
void read_scenario(const YamlNode& root, FaultSink& faults, ScenarioPack::Parts& parts);

/// The speaking half of it: `lines`, `out_of_scope`, `fallback`, `blocked`, `coach`, `compliance`.
void read_speech(MapReader& top, const Names& names, FaultSink& faults, ScenarioPack::Parts& parts);

/// A set of variants: each must parse, use known placeholders only, and one must be usable on every turn.
[[nodiscard]] std::vector<LineTemplate> read_variants(MapReader& in, std::string_view key, const Names& names, FaultSink& faults);

[[nodiscard]] std::vector<std::string> words_of(const std::vector<Text>& texts);
/// True for 1 to 64 of [a-z0-9_-], the form of every name in a pack.
[[nodiscard]] bool plain_name(std::string_view text);
}  // namespace rondo::scenario
