#pragma once
#include "base/result.hpp"
#include "engine/flow/workflow.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::flow {
using NodeIndex = std::size_t;  ///< into one WorkflowGraph; 0 to size() - 1

/// A validated workflow, ready to run: acyclic, every node on some way from the entry to END.
///
/// Immutable, so any number of runs on any threads may share one; a run holds a reference, whoever keeps generations of a
/// configuration apart keeps them alive (`std::shared_ptr<const WorkflowGraph>`).
class WorkflowGraph {
public:
    [[nodiscard]] const Workflow& workflow() const { return workflow_; }
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }
    [[nodiscard]] NodeIndex entry() const { return entry_; }
    [[nodiscard]] std::optional<NodeIndex> find(std::string_view name) const;
    [[nodiscard]] const std::string& name(NodeIndex node) const { return nodes_[node].name; }
    [[nodiscard]] const NodeSettings& settings(NodeIndex node) const { return nodes_[node].settings; }

    /// Every node that some outcome of `node` leads to, each once; no END among them.
    [[nodiscard]] std::span<const NodeIndex> successors(NodeIndex node) const { return nodes_[node].successors; }
    [[nodiscard]] std::size_t predecessors(NodeIndex node) const { return nodes_[node].predecessors; }
    /// Where an outcome labelled `label` leads: the conditional target of that label, else the targets of the rules.
    /// Empty: to END.
    [[nodiscard]] std::span<const NodeIndex> targets(NodeIndex node, std::string_view label) const;

private:
    friend Result<WorkflowGraph> compile(Workflow workflow, std::span<const NodeType> nodes);
    struct Node {
        std::string name;
        NodeSettings settings;
        std::vector<NodeIndex> successors;
        std::size_t predecessors{0};
        std::vector<NodeIndex> by_rule;
        std::map<std::string, std::vector<NodeIndex>, std::less<>> by_label;  // an empty list: END
    };
    WorkflowGraph(Workflow workflow, std::span<const NodeType> nodes);
    void connect(NodeIndex from, const std::string& target, std::vector<NodeIndex>& targets);

    Workflow workflow_;
    std::vector<Node> nodes_;  // in the order of enabled_nodes
    NodeIndex entry_{0};
};

/// Errors: `invalid_argument` with every fault that `validate` finds.
[[nodiscard]] Result<WorkflowGraph> compile(Workflow workflow, std::span<const NodeType> nodes);
}  // namespace rondo::flow
