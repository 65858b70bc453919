#pragma once
#include "base/result.hpp"
#include "engine/flow/workflow_graph.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::flow {
/// A node that has finished, as a journal keeps it. Names, not indices: they survive a restart.
struct FinishedNode {
    std::string node;
    std::string label;
};

/// One run through a graph: says which nodes are to be run next. Pure; the graph must outlive it.
///
/// Dead-path elimination: a node waits until every edge into it is decided. It is ready when at least one of them was taken,
/// and otherwise dead: it is never run, and the edges out of it are not taken either. So each node runs at most once, joins
/// wait for all branches that really run and for no others, and every run ends.
class GraphRun {
public:
    explicit GraphRun(const WorkflowGraph& graph);

    /// Takes `node` out of this run: in its turn it counts as finished with an empty label, without being run. Before start.
    void disable(NodeIndex node);

    /// Begins at the entry; returns the nodes to run. Call `start` or `restore`, once.
    std::vector<NodeIndex> start();
    /// Begins where a run before a crash stopped; `finished` in finishing order. Returns the nodes to run.
    /// Errors: `failed_precondition` when this graph could not have run so (its configuration has changed since); the run
    /// is of no use then.
    Result<std::vector<NodeIndex>> restore(std::span<const FinishedNode> finished);
    /// Takes the edges that `label` leads to; returns the nodes that became ready. `node` must be ready.
    std::vector<NodeIndex> finish(NodeIndex node, std::string_view label);

    [[nodiscard]] bool started() const { return started_; }
    /// Nodes that are to be run or running: ready and not finished.
    [[nodiscard]] const std::vector<NodeIndex>& ready() const { return ready_; }
    [[nodiscard]] bool done() const { return started_ && ready_.empty(); }
    [[nodiscard]] const WorkflowGraph& graph() const { return *graph_; }

private:
    struct State {
        std::size_t undecided;  // edges into the node
        bool taken{false};      // at least one of them was
        bool disabled{false};
    };
    void leave(NodeIndex node, std::span<const NodeIndex> targets, std::vector<NodeIndex>& became_ready);
    void arrive(NodeIndex node, std::vector<NodeIndex>& became_ready);

    const WorkflowGraph* graph_;
    std::vector<State> states_;
    std::vector<NodeIndex> ready_;
    bool started_{false};
};
}  // namespace rondo::flow
