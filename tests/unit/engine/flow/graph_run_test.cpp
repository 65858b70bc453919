#include "engine/flow/graph_run.hpp"

#include "unit/engine/flow/known_nodes.hpp"
#include "unit/engine/flow/random_workflow.hpp"

#include <gtest/gtest.h>

namespace rondo::flow {
namespace {
constexpr const char* kLinear = R"("enabled_nodes":["intent","knowledge","npc","coach","compliance"])";
constexpr const char* kConditional = R"("enabled_nodes":["intent","knowledge","npc","coach","compliance"],
    "conditional_routing":{"intent":{"knowledge":"knowledge","npc":"npc"}},
    "routing_rules":{"knowledge":["npc"],"npc":["coach"],"coach":["compliance"]})";
constexpr const char* kDiamond = R"("enabled_nodes":["intent","knowledge","reasoning","npc"],
    "conditional_routing":{"intent":{"quick":"npc","bye":"END"},"knowledge":{"empty":"END"}},
    "routing_rules":{"intent":["knowledge","reasoning"],"knowledge":["npc"],"reasoning":["npc"]})";

WorkflowGraph graph_of(const std::string& members) {
    auto workflow = parse_workflow(R"({"name":"w",)" + members + "}", kKnown);
    EXPECT_TRUE(workflow);
    auto graph = compile(std::move(*workflow), kKnown);
    EXPECT_TRUE(graph);
    return std::move(*graph);
}

std::string names(const GraphRun& run, const std::vector<NodeIndex>& nodes) {
    std::string text;
    for (const NodeIndex node : nodes) text += (text.empty() ? "" : " ") + run.graph().name(node);
    return text;
}

struct Row {
    const char* claim;
    const char* members;
    std::vector<const char*> disabled;
    std::vector<FinishedNode> finish;  // in this order
    std::vector<const char*> ready;    // all that is ready at the start and after each of them
};

class Runs : public testing::TestWithParam<Row> {};
TEST_P(Runs, SayWhatIsNext) {
    const Row& row = GetParam();
    const auto graph = graph_of(row.members);
    GraphRun run{graph};
    for (const char* node : row.disabled) run.disable(*graph.find(node));
    EXPECT_FALSE(run.started() || run.done());
    run.start();
    std::vector<std::string> ready{names(run, run.ready())};
    for (const auto& [node, label] : row.finish) {
        run.finish(*graph.find(node), label);
        ready.push_back(names(run, run.ready()));
    }
    EXPECT_EQ(ready, std::vector<std::string>(row.ready.begin(), row.ready.end())) << row.claim;
    EXPECT_EQ(run.done(), ready.back().empty()) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Flow, Runs, testing::Values(
    Row{"a line goes node by node", kLinear, {},
        {{"intent", "x"}, {"knowledge", ""}, {"npc", ""}, {"coach", ""}, {"compliance", ""}},
        {"intent", "knowledge", "npc", "coach", "compliance", ""}},
    Row{"the founding label `knowledge` goes through retrieval", kConditional, {},
        {{"intent", "knowledge"}, {"knowledge", ""}, {"npc", ""}},
        {"intent", "knowledge", "npc", "coach"}},
    Row{"the founding label `npc` leaves retrieval out, and npc does not wait for it", kConditional, {},
        {{"intent", "npc"}, {"npc", ""}},
        {"intent", "npc", "coach"}},
    Row{"a label nobody routes, without a rule, ends the run", kConditional, {},
        {{"intent", "greeting"}},
        {"intent", ""}},
    Row{"rules fan out and the join waits for both", kDiamond, {},
        {{"intent", ""}, {"reasoning", ""}, {"knowledge", ""}, {"npc", ""}},
        {"intent", "knowledge reasoning", "knowledge", "npc", ""}},
    Row{"a condition takes its one target instead of the rules", kDiamond, {},
        {{"intent", "quick"}, {"npc", ""}},
        {"intent", "npc", ""}},
    Row{"a label must equal its key", kDiamond, {},
        {{"intent", "quickly"}},
        {"intent", "knowledge reasoning"}},
    Row{"a condition may end the run", kDiamond, {},
        {{"intent", "bye"}},
        {"intent", ""}},
    Row{"a branch that ends does not hold up the join", kDiamond, {},
        {{"intent", ""}, {"knowledge", "empty"}, {"reasoning", ""}},
        {"intent", "knowledge reasoning", "reasoning", "npc"}},
    Row{"a disabled node is passed through", kLinear, {"coach"},
        {{"intent", ""}, {"knowledge", ""}, {"npc", ""}, {"compliance", ""}},
        {"intent", "knowledge", "npc", "compliance", ""}},
    Row{"disabled nodes in a row, the last included, are passed through", kLinear, {"coach", "compliance"},
        {{"intent", ""}, {"knowledge", ""}, {"npc", ""}},
        {"intent", "knowledge", "npc", ""}},
    Row{"a disabled entry is passed through with the empty label", kDiamond, {"intent"},
        {{"knowledge", ""}},
        {"knowledge reasoning", "reasoning"}},
    Row{"a run without nodes to run is done at once", kLinear, {"intent", "knowledge", "npc", "coach", "compliance"}, {}, {""}}));

struct RestoreRow {
    const char* claim;
    const char* members;
    std::vector<FinishedNode> finished;
    std::optional<const char*> ready;
};

class Restores : public testing::TestWithParam<RestoreRow> {};
TEST_P(Restores, GoOnWhereTheRunStopped) {
    const auto graph = graph_of(GetParam().members);
    GraphRun run{graph};
    if (graph.find("coach")) run.disable(*graph.find("coach"));
    const auto ready = run.restore(GetParam().finished);
    ASSERT_EQ(ready.has_value(), GetParam().ready.has_value()) << GetParam().claim;
    if (ready) EXPECT_EQ(names(run, *ready), *GetParam().ready) << GetParam().claim;
    else EXPECT_EQ(ready.error().code, Code::failed_precondition) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Flow, Restores, testing::Values(
    RestoreRow{"nothing had finished",                   kLinear,  {},                                                    "intent"},
    RestoreRow{"stopped between two nodes",              kLinear,  {{"intent", ""}, {"knowledge", ""}},                   "npc"},
    RestoreRow{"nodes passed through are not in a journal", kLinear, {{"intent", ""}, {"knowledge", ""}, {"npc", ""}},    "compliance"},
    RestoreRow{"all had finished",                       kLinear,  {{"intent", ""}, {"knowledge", ""}, {"npc", ""}, {"compliance", ""}}, ""},
    RestoreRow{"labels decide as they did then",         kDiamond, {{"intent", "quick"}},                                 "npc"},
    RestoreRow{"one branch had finished",                kDiamond, {{"intent", ""}, {"reasoning", ""}},                   "knowledge"},
    RestoreRow{"a node this workflow does not have",     kDiamond, {{"intent", ""}, {"compliance", ""}},                  std::nullopt},
    RestoreRow{"a node that cannot have been run yet",   kLinear,  {{"npc", ""}},                                         std::nullopt},
    RestoreRow{"a node that finished twice",             kLinear,  {{"intent", ""}, {"intent", ""}},                      std::nullopt}));

/// Runs a made-up workflow in a made-up order; what happens must be what the words of the format say.
TEST(RandomRuns, MatchTheReference) {
    for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        const RandomCase made{seed};
        const auto graph = compile(made.workflow, made.known());
        ASSERT_TRUE(graph);
        Rng rng{seed};
        GraphRun run{*graph};
        for (const std::string& node : made.disabled) run.disable(*graph->find(node));
        run.start();
        std::vector<FinishedNode> finished;
        std::set<std::string> visited;
        while (!run.done()) {
            ASSERT_LE(finished.size(), graph->size()) << "the run must end";
            const NodeIndex node = run.ready()[rng.below(run.ready().size())];
            const std::string& name = graph->name(node);
            ASSERT_TRUE(visited.insert(name).second) << name << " is visited at most once";
            if (const auto before = made.waits_for.find(name); before != made.waits_for.end()) {
                EXPECT_TRUE(std::ranges::includes(visited, before->second)) << name << " waits for all that lead to it";
            }
            finished.push_back({name, made.labels.at(name)});
            run.finish(node, finished.back().label);
        }
        EXPECT_EQ(visited, made.runs);

        // Whatever the instant of a crash, the restored run ends with the same nodes.
        const std::size_t cut = rng.below(finished.size() + 1);
        GraphRun again{*graph};
        for (const std::string& node : made.disabled) again.disable(*graph->find(node));
        ASSERT_TRUE(again.restore(std::span{finished}.first(cut)));
        std::set<std::string> rest;
        while (!again.done()) {
            const std::string& name = graph->name(again.ready().front());
            ASSERT_TRUE(rest.insert(name).second);
            again.finish(again.ready().front(), made.labels.at(name));
        }
        for (std::size_t i = 0; i < cut; ++i) EXPECT_TRUE(rest.insert(finished[i].node).second) << "no node is run twice";
        EXPECT_EQ(rest, made.runs);
    }
}
}  // namespace
}  // namespace rondo::flow
