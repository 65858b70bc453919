// A workflow as its author, or a stranger over the API, writes it.
#include "base/json.hpp"
#include "engine/flow/dry_run.hpp"
#include "engine/flow/validate.hpp"
#include "engine/flow/workflow_graph.hpp"
#include "fuzz/fuzz.hpp"

#include <boost/json.hpp>

#include <vector>

namespace rondo::fuzz {
namespace {
constexpr std::array<std::string_view, 2> kIntent{"knowledge", "npc"}, kCoach{"advised", ""};
constexpr std::array<flow::NodeType, 6> kKnown{
    {{"intent", kIntent}, {"knowledge"}, {"npc"}, {"coach", kCoach}, {"compliance"}, {"reasoning"}}};

/// Takes away nodes that no other leads to until none is left; a cycle would stay.
void expect_order(const flow::WorkflowGraph& graph) {
    std::vector<std::size_t> waiting(graph.size());
    std::vector<flow::NodeIndex> ready;
    for (flow::NodeIndex node = 0; node < graph.size(); ++node) {
        waiting[node] = graph.predecessors(node);
        if (waiting[node] == 0) ready.push_back(node);
    }
    expect(ready == std::vector{graph.entry()}, "a run begins at the entry alone");
    for (std::size_t done = 0; done < ready.size(); ++done) {
        for (const auto next : graph.successors(ready[done])) {
            if (--waiting[next] == 0) ready.push_back(next);
        }
    }
    expect(ready.size() == graph.size(), "a compiled graph has no cycle and no node out of reach");
}
}  // namespace

void run(std::string_view input) {
    const auto loose = flow::parse_workflow(input);
    const auto strict = flow::parse_workflow(input, kKnown);
    if (const auto checked = flow::dry_run(input, kKnown)) {
        expect(checked->valid() == strict.has_value(), "a dry run finds what reading with validation finds");
        expect(checked->valid() == !checked->runs.empty(), "what is valid can run");
    }
    if (!loose) return expect(!strict, "what cannot be read is not accepted");
    const auto faults = flow::validate(*loose, kKnown);
    expect(strict.has_value() == faults.empty(), "reading with validation finds what validation finds");
    auto graph = flow::compile(*loose, kKnown);
    expect(graph.has_value() == faults.empty(), "what validates compiles, and nothing else does");
    const auto again = flow::parse_workflow(json::write(flow::to_json(*loose)));
    expect(again && *again == *loose, "a workflow reads back as it was written");
    if (graph) expect_order(*graph);
}
}  // namespace rondo::fuzz
