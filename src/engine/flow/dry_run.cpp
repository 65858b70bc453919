#include "engine/flow/dry_run.hpp"

#include "engine/flow/outline.hpp"
#include "engine/flow/runs.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace rondo::flow {
namespace {
/// Printing takes the square of these, and nobody reads a larger graph.
bool in_bounds(const Workflow& workflow) {
    const auto short_enough = [](const auto& rule) { return rule.second.size() <= kMaxTargets; };
    return workflow.enabled_nodes.size() <= kMaxNodes && std::ranges::all_of(workflow.routing_rules, short_enough) &&
           std::ranges::all_of(workflow.conditional_routing, short_enough);
}

std::string runs_of(const WorkflowGraph& graph, std::span<const OutlinedNode> outline) {
    auto runs = possible_runs(graph, outline, kMaxListedRuns + 1);
    const bool more = runs.size() > kMaxListedRuns;
    if (more) runs.resize(kMaxListedRuns);
    return to_text(runs) + (more ? "and more\n" : "");
}
}  // namespace

Result<DryRun> dry_run(std::string_view json, std::span<const NodeType> nodes) {
    auto read = read_workflow(json, nodes);
    if (!read) return propagate(read);
    DryRun result{.faults = std::move(read->faults), .text = {}, .mermaid = {}, .runs = {}};
    if (!read->graph_is_readable || !in_bounds(read->workflow)) return result;
    const auto laid_out = outline(read->workflow, nodes);
    result.text = to_text(read->workflow, laid_out);
    result.mermaid = to_mermaid(laid_out);
    if (!result.valid()) return result;
    const auto graph = compile(std::move(read->workflow), nodes);
    if (!graph) return propagate(graph);
    result.runs = runs_of(*graph, laid_out);
    return result;
}

std::string to_text(const DryRun& run) {
    if (run.runs.empty()) return run.text;
    std::string text = run.text + "\nruns\n";
    for (std::string_view rest = run.runs; !rest.empty();) {
        const std::size_t end = rest.find('\n') + 1;
        text.append("  ").append(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    return text;
}

boost::json::value to_json(const DryRun& run) {
    boost::json::array faults;
    for (const Fault& fault : run.faults) faults.push_back({{"pointer", fault.path}, {"message", fault.message}});
    boost::json::value graph;
    if (!run.text.empty()) graph = {{"text", to_text(run)}, {"mermaid", run.mermaid}};
    return {{"valid", run.valid()}, {"faults", std::move(faults)}, {"graph", std::move(graph)}};
}
}  // namespace rondo::flow
