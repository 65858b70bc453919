#include "engine/flow/graph_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace rondo::flow {
GraphRun::GraphRun(const WorkflowGraph& graph) : graph_{&graph} {
    states_.reserve(graph.size());
    for (NodeIndex node = 0; node < graph.size(); ++node) states_.push_back({.undecided = graph.predecessors(node)});
}

void GraphRun::disable(NodeIndex node) {
    assert(!started_ && node < states_.size());
    states_[node].disabled = true;
}

std::vector<NodeIndex> GraphRun::start() {
    assert(!started_);
    started_ = true;
    std::vector<NodeIndex> became_ready;
    arrive(graph_->entry(), became_ready);
    return became_ready;
}

Result<std::vector<NodeIndex>> GraphRun::restore(std::span<const FinishedNode> finished) {
    start();
    for (const FinishedNode& entry : finished) {
        const auto node = graph_->find(entry.node);
        if (!node || std::ranges::find(ready_, *node) == ready_.end()) {
            return fail(Code::failed_precondition,
                        fmt::format("node '{}' cannot have finished here: the workflow has changed; run it from its start", entry.node));
        }
        finish(*node, entry.label);
    }
    return ready_;
}

std::vector<NodeIndex> GraphRun::finish(NodeIndex node, std::string_view label) {
    const auto at = std::ranges::find(ready_, node);
    assert(at != ready_.end());
    ready_.erase(at);
    std::vector<NodeIndex> became_ready;
    leave(node, graph_->targets(node, label), became_ready);
    return became_ready;
}

/// Decides every edge out of `node`. Recursion is as deep as the graph at most (kMaxNodes).
void GraphRun::leave(NodeIndex node, std::span<const NodeIndex> targets, std::vector<NodeIndex>& became_ready) {
    for (const NodeIndex next : graph_->successors(node)) {
        State& state = states_[next];
        if (std::ranges::find(targets, next) != targets.end()) state.taken = true;
        if (--state.undecided > 0) continue;
        if (state.taken) arrive(next, became_ready);
        else leave(next, {}, became_ready);
    }
}

void GraphRun::arrive(NodeIndex node, std::vector<NodeIndex>& became_ready) {
    if (states_[node].disabled) return leave(node, graph_->targets(node, ""), became_ready);
    ready_.push_back(node);
    became_ready.push_back(node);
}
}  // namespace rondo::flow
