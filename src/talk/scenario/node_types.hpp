#pragma once
#include "engine/flow/node_type.hpp"

#include <array>
#include <string_view>

namespace rondo::scenario {
namespace labels {
inline constexpr std::array<std::string_view, 2> kIntent{"knowledge", "npc"};
inline constexpr std::array<std::string_view, 2> kKnowledge{"found", "none"};
// Why the model ended its answer; "": one day for a reason that has no word here.
inline constexpr std::array<std::string_view, 4> kNpc{"stop", "length", "fallback", ""};
// "": a request may take the coach out of its turn, to be advised later.
inline constexpr std::array<std::string_view, 2> kCoach{"advised", ""};
inline constexpr std::array<std::string_view, 4> kCompliance{"LOW", "MEDIUM", "HIGH", "BLOCK"};
}  // namespace labels

/// The nodes a workflow may name, with the labels that `agent::label` gives their outcomes.
inline constexpr std::array<flow::NodeType, 5> kNodes{{{"intent", labels::kIntent},
                                                       {"knowledge", labels::kKnowledge},
                                                       {"npc", labels::kNpc},
                                                       {"coach", labels::kCoach},
                                                       {"compliance", labels::kCompliance}}};
}  // namespace rondo::scenario
