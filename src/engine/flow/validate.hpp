#pragma once
#include "base/result.hpp"
#include "engine/flow/workflow.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace rondo::flow {
enum class Extent {
    whole,
    parts,  ///< only what is wrong whatever the rest of the workflow may be: names, labels, lists, numbers
};

/// Every fault of a workflow at once, each with the JSON pointer of its place; empty: `compile` will accept it.
///
/// Looks for: an entry that is not enabled; names that are not in `nodes` (the nearest is suggested); routes from or to
/// disabled nodes (one fault for all of them); conditions on a label that their node never gives; rules that no outcome is
/// left to, because the conditions of their node catch all; cycles, printed as `npc -> coach -> npc`; nodes that cannot be
/// reached from the entry or cannot reach END; entries listed twice; numbers and lists beyond their bounds.
/// Reachability looks through disabled nodes and through routes that are never taken, so that one mistake is one fault.
[[nodiscard]] std::vector<Fault> validate(const Workflow& workflow, std::span<const NodeType> nodes, Extent extent = Extent::whole);
}  // namespace rondo::flow
