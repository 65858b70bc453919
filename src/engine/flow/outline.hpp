#pragma once
#include "engine/flow/workflow.hpp"

#include <span>
#include <string>
#include <vector>

namespace rondo::flow {
/// Where some outcomes of a node lead.
struct Way {
    std::string label;                 ///< the condition; empty: every outcome that no condition catches
    std::vector<std::string> targets;  ///< all taken; END is spelled out, never empty
};

/// A node with its ways out: conditions by label, then the rule where it applies.
struct OutlinedNode {
    std::string name;
    NodeSettings settings;
    std::vector<Way> ways;
    [[nodiscard]] bool branches() const { return ways.size() > 1 || (!ways.empty() && !ways.front().label.empty()); }
};

/// A workflow laid out for reading: each enabled node once, after those that lead to it and else in the order they are enabled.
/// Deterministic. Made for workflows with faults as well: nodes of a cycle follow in the order they are enabled, routes of
/// nodes that are not enabled are left out, targets stand as they were written. Quadratic in the enabled nodes.
[[nodiscard]] std::vector<OutlinedNode> outline(const Workflow& workflow, std::span<const NodeType> nodes);

/// The outline as text: each node with its settings, below it one line for each way out, such as `when found -> npc`.
[[nodiscard]] std::string to_text(const Workflow& workflow, std::span<const OutlinedNode> outline);
/// The outline as a Mermaid flowchart. Names are quoted and escaped, whatever they are.
[[nodiscard]] std::string to_mermaid(std::span<const OutlinedNode> outline);
}  // namespace rondo::flow
