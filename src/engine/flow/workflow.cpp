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

bool rule_applies(const Workflow& workflow, std::string_view node, std::span<const NodeType> nodes) {
    const auto conditions = workflow.conditional_routing.find(std::string{node});
    const NodeType* type = find(nodes, node);
    if (conditions == workflow.conditional_routing.end() || !type || type->labels.empty()) return true;
    const auto settings = workflow.node_settings.find(std::string{node});
    if (settings != workflow.node_settings.end() && settings->second.on_error == OnError::skip) return true;
    return std::ranges::any_of(type->labels,
                               [&](std::string_view label) { return label.empty() || !conditions->second.contains(std::string{label}); });
}

Workflow::Rules effective_rules(const Workflow& workflow, std::span<const NodeType> nodes) {
    if (!workflow.routing_rules.empty()) return workflow.routing_rules;
    Workflow::Rules rules;
    std::string_view previous;
    for (const std::string_view node : kDefaultOrder) {
        if (std::ranges::find(workflow.enabled_nodes, node) == workflow.enabled_nodes.end()) continue;
        if (!previous.empty() && rule_applies(workflow, previous, nodes)) rules[std::string{previous}] = {std::string{node}};
        previous = node;
    }
    return rules;
}
}  // namespace rondo::flow
