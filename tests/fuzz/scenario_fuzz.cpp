// A pack's scenario.yaml, and then what its persona, coach and rules say.
#include "fuzz/fuzz.hpp"
#include "talk/scenario/pack_files.hpp"
#include "talk/scenario/scenario_reader.hpp"

#include <array>
#include <string>

namespace rondo::fuzz {
namespace {
void converse(const scenario::ScenarioPack& pack) {
    expect(!pack.fallback_line().empty() && !pack.blocked_line().empty(), "there is always something to say");
    const std::array<std::string_view, 2> said{"hello", "what does it cost? 多少钱？"};
    std::string stage = pack.machine().initial();
    for (const auto& intent : pack.intents()) {
        const auto line = pack.line({.intent = intent.name, .stage = stage, .user_texts = said});
        expect(!line.empty(), "the persona has a line for every intent in every stage");
        expect(!pack.line({.intent = scenario::kOutOfScope, .stage = stage, .user_texts = said}).empty(), "and for none");
        static_cast<void>(pack.check(said[1], line));
        static_cast<void>(pack.coach({.user_text = said[1], .intent = intent.name, .stage = stage}));
        stage = pack.machine().next(stage, intent.name);
    }
}
}  // namespace

void run(std::string_view input) {
    if (input.size() > scenario::kMaxYamlBytes) return;  // the loader's own limit
    const auto root = scenario::parse_yaml(input, "scenario.yaml");
    if (!root) return expect(!root.error().faults.empty(), "a refusal names the faults");
    std::vector<Fault> faults;
    scenario::FaultSink sink{"scenario.yaml", faults};
    scenario::ScenarioPack::Parts parts;
    scenario::read_scenario(*root, sink, parts);
    if (faults.empty()) converse(scenario::ScenarioPack{std::move(parts)});
}
}  // namespace rondo::fuzz
