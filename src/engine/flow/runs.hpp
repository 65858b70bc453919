#pragma once
#include "engine/flow/outline.hpp"
#include "engine/flow/workflow_graph.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rondo::flow {
/// One way a run can go.
struct PossibleRun {
    /// Which nodes run, step by step. Those of one step run side by side; a step ends when all its nodes have finished, which
    /// a real run does not wait for.
    std::vector<std::vector<std::string>> steps;
    std::vector<std::pair<std::string, std::string>> because;  ///< of each branching node that ran: name, label; "": any other
};

/// Every way a run through `graph` can go to its end, conditions first; `max` at most, for there may be exponentially many. `outline` is
/// that of the graph's workflow.
[[nodiscard]] std::vector<PossibleRun> possible_runs(const WorkflowGraph& graph, std::span<const OutlinedNode> outline, std::size_t max);

/// One line for each: `intent > npc > coach + compliance (intent: npc)`.
[[nodiscard]] std::string to_text(std::span<const PossibleRun> runs);
}  // namespace rondo::flow
