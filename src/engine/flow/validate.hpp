#pragma once
#include "base/result.hpp"
#include "engine/flow/workflow.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace rondo::flow {
/// Every fault of a workflow at once, each with the JSON pointer of its place; empty: `compile` will accept it.
///
/// Looks for: an entry that is not enabled; names that are not in `known_nodes` (the nearest is suggested); routes from or
/// to disabled nodes (one fault for all of them); cycles, printed as `npc -> coach -> npc`; nodes that cannot be reached
/// from the entry or cannot reach END; entries listed twice; numbers and lists beyond their bounds.
/// Reachability looks through disabled nodes, so that one mistake is one fault.
[[nodiscard]] std::vector<Fault> validate(const Workflow& workflow, std::span<const std::string_view> known_nodes);
}  // namespace rondo::flow
