#include "engine/flow/runs.hpp"

#include "engine/flow/graph_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace rondo::flow {
namespace {
class Explorer {
public:
    Explorer(const WorkflowGraph& graph, std::span<const OutlinedNode> outline, std::size_t max)
        : graph_{graph}, outline_{outline}, max_{max} {}

    std::vector<PossibleRun> explore() && {
        GraphRun run{graph_};
        run.start();
        step(run, {});
        return std::move(found_);
    }

private:
    void step(const GraphRun& run, PossibleRun so_far) {
        if (run.done()) {
            found_.push_back(std::move(so_far));
            return;
        }
        auto& names = so_far.steps.emplace_back();
        for (const NodeIndex node : run.ready()) names.push_back(graph_.name(node));
        finish(run, run.ready(), so_far);
    }

    /// Finishes the nodes of a step one after the other, in every way each can. Every call leads to a run found, and their
    /// number is limited, so this ends early in the largest graph.
    void finish(const GraphRun& run, std::span<const NodeIndex> nodes, const PossibleRun& so_far) {
        if (nodes.empty()) return step(run, so_far);
        const auto& node = *std::ranges::find(outline_, graph_.name(nodes.front()), &OutlinedNode::name);
        for (const Way& way : node.ways) {
            if (found_.size() == max_) return;
            GraphRun next = run;
            next.finish(nodes.front(), way.label);
            PossibleRun told = so_far;
            if (node.branches()) told.because.emplace_back(node.name, way.label);
            finish(next, nodes.subspan(1), told);
        }
    }

    const WorkflowGraph& graph_;
    std::span<const OutlinedNode> outline_;
    std::size_t max_;
    std::vector<PossibleRun> found_;
};
}  // namespace

std::vector<PossibleRun> possible_runs(const WorkflowGraph& graph, std::span<const OutlinedNode> outline, std::size_t max) {
    return Explorer{graph, outline, max}.explore();
}

std::string to_text(std::span<const PossibleRun> runs) {
    std::string text;
    for (const PossibleRun& run : runs) {
        std::vector<std::string> steps, because;
        for (const auto& step : run.steps) steps.push_back(fmt::format("{}", fmt::join(step, " + ")));
        for (const auto& [node, label] : run.because) because.push_back(fmt::format("{}: {}", node, label.empty() ? "otherwise" : label));
        text += fmt::format("{}{}\n", fmt::join(steps, " > "), because.empty() ? "" : fmt::format(" ({})", fmt::join(because, ", ")));
    }
    return text;
}
}  // namespace rondo::flow
