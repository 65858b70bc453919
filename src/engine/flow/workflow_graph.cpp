#include "engine/flow/workflow_graph.hpp"

#include "base/json_reader.hpp"
#include "engine/flow/validate.hpp"

#include <algorithm>
#include <utility>

namespace rondo::flow {
WorkflowGraph::WorkflowGraph(Workflow workflow, std::span<const NodeType> nodes) : workflow_{std::move(workflow)} {
    for (const std::string& name : workflow_.enabled_nodes) {
        Node& node = nodes_.emplace_back();
        node.name = name;
        if (const auto own = workflow_.node_settings.find(name); own != workflow_.node_settings.end()) node.settings = own->second;
    }
    entry_ = *find(kEntry);
    for (const auto& [from, targets] : effective_rules(workflow_, nodes)) {
        const NodeIndex node = *find(from);
        for (const std::string& target : targets) connect(node, target, nodes_[node].by_rule);
    }
    for (const auto& [from, labels] : workflow_.conditional_routing) {
        const NodeIndex node = *find(from);
        for (const auto& [label, target] : labels) connect(node, target, nodes_[node].by_label[label]);
    }
}

void WorkflowGraph::connect(NodeIndex from, const std::string& target, std::vector<NodeIndex>& targets) {
    if (target == kEnd) return;
    const NodeIndex to = *find(target);
    targets.push_back(to);
    auto& successors = nodes_[from].successors;
    if (std::ranges::find(successors, to) != successors.end()) return;
    successors.push_back(to);
    ++nodes_[to].predecessors;
}

std::optional<NodeIndex> WorkflowGraph::find(std::string_view name) const {
    const auto at = std::ranges::find(nodes_, name, &Node::name);
    if (at == nodes_.end()) return std::nullopt;
    return static_cast<NodeIndex>(at - nodes_.begin());
}

std::span<const NodeIndex> WorkflowGraph::targets(NodeIndex node, std::string_view label) const {
    const Node& from = nodes_[node];
    const auto conditional = from.by_label.find(label);
    return conditional != from.by_label.end() ? conditional->second : from.by_rule;
}

Result<WorkflowGraph> compile(Workflow workflow, std::span<const NodeType> nodes) {
    auto faults = validate(workflow, nodes);
    if (!faults.empty()) return fail(json::invalid(std::move(faults), "the workflow has faults; see `errors`"));
    return WorkflowGraph{std::move(workflow), nodes};
}
}  // namespace rondo::flow
