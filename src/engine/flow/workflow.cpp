#include "engine/flow/workflow.hpp"

#include <algorithm>

namespace rondo::flow {
std::string_view name(OnError policy) noexcept {
    switch (policy) {
        case OnError::fail: return "fail";
        case OnError::skip: return "skip";
        case OnError::fallback: return "fallback";
    }
    return "fail";
}

Workflow::Rules effective_rules(const Workflow& workflow) {
    if (!workflow.routing_rules.empty()) return workflow.routing_rules;
    Workflow::Rules rules;
    std::string_view previous;
    for (const std::string_view node : kDefaultOrder) {
        if (std::ranges::find(workflow.enabled_nodes, node) == workflow.enabled_nodes.end()) continue;
        if (!previous.empty()) rules[std::string{previous}] = {std::string{node}};
        previous = node;
    }
    return rules;
}
}  // namespace rondo::flow
