#pragma once
#include "engine/flow/node_type.hpp"

#include <array>
#include <string_view>

namespace rondo::flow {
/// Nodes that may finish with any label.
inline constexpr std::array<NodeType, 6> kKnown{{{"intent"}, {"knowledge"}, {"npc"}, {"coach"}, {"compliance"}, {"reasoning"}}};

/// Nodes of every sort: with a closed list of labels, with one that may be absent, with none at all, with any.
inline constexpr std::array<std::string_view, 2> kIntentLabels{"knowledge", "npc"}, kKnowledgeLabels{"found", "none"},
    kCoachLabels{"advised", ""};
inline constexpr std::array<std::string_view, 1> kMuteLabels{""};
inline constexpr std::array<NodeType, 5> kLabelled{
    {{"intent", kIntentLabels}, {"knowledge", kKnowledgeLabels}, {"npc"}, {"coach", kCoachLabels}, {"compliance", kMuteLabels}}};
}  // namespace rondo::flow
