#include "engine/flow/workflow.hpp"

#include "engine/flow/workflow_graph.hpp"
#include "unit/engine/flow/known_nodes.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace rondo::flow {
namespace {

// The workflow files of the founding documents, letter by letter: they must load unchanged.
constexpr std::string_view kFounding = R"({
  "name": "production_workflow",
  "version": "2.0",
  "enabled_nodes": ["intent", "knowledge", "npc", "coach", "compliance"],
  "routing_rules": {
    "intent": ["knowledge"],
    "knowledge": ["npc"],
    "npc": ["coach"],
    "coach": ["compliance"]
  },
  "enable_reasoning": true,
  "enable_routing_policy": true,
  "enable_bandit": true,
  "bandit_exploration_rate": 0.1
})";
constexpr std::string_view kFoundingConditional = R"({
  "name": "production_workflow",
  "version": "1.0",
  "enabled_nodes": ["intent", "knowledge", "npc", "coach", "compliance"],
  "conditional_routing": {
    "intent": {
      "knowledge": "knowledge",
      "npc": "npc"
    }
  },
  "routing_rules": {
    "knowledge": ["npc"],
    "npc": ["coach"],
    "coach": ["compliance"]
  },
  "enable_reasoning": true,
  "enable_routing_policy": true,
  "enable_bandit": true,
  "bandit_exploration_rate": 0.1
})";

std::string faults_of(const Error& error) {
    std::string text;
    for (const Fault& fault : error.faults) text += fault.path + " " + fault.message + "\n";
    return text;
}

TEST(FoundingWorkflow, LinearOneLoadsUnchanged) {
    const auto workflow = parse_workflow(kFounding, kLabelled);
    ASSERT_TRUE(workflow) << faults_of(workflow.error());
    EXPECT_EQ(workflow->name, "production_workflow");
    EXPECT_EQ(workflow->version, "2.0");
    EXPECT_EQ(workflow->enabled_nodes, (std::vector<std::string>{"intent", "knowledge", "npc", "coach", "compliance"}));
    EXPECT_EQ(workflow->routing_rules.at("npc"), std::vector<std::string>{"coach"});
    EXPECT_TRUE(workflow->enable_reasoning && workflow->enable_routing_policy && workflow->enable_bandit && workflow->auto_reload);
    EXPECT_EQ(workflow->bandit_exploration_rate, 0.1);
    EXPECT_TRUE(compile(*workflow, kLabelled));
}

TEST(FoundingWorkflow, ConditionalOneLoadsUnchangedAndRoutesByLabel) {
    const auto workflow = parse_workflow(kFoundingConditional, kLabelled);
    ASSERT_TRUE(workflow) << faults_of(workflow.error());
    const auto graph = compile(*workflow, kLabelled);
    ASSERT_TRUE(graph) << faults_of(graph.error());
    const NodeIndex intent = graph->entry();
    ASSERT_EQ(graph->targets(intent, "knowledge").size(), 1U);
    EXPECT_EQ(graph->name(graph->targets(intent, "knowledge").front()), "knowledge");
    ASSERT_EQ(graph->targets(intent, "npc").size(), 1U);
    EXPECT_EQ(graph->name(graph->targets(intent, "npc").front()), "npc");
    EXPECT_TRUE(graph->targets(intent, "small talk").empty()) << "no label matches and there is no rule: END";
    EXPECT_EQ(graph->predecessors(*graph->find("npc")), 2U);
}

struct DefaultRow {
    const char* claim;
    const char* enabled;
    Workflow::Rules rules;
};

class DefaultRules : public testing::TestWithParam<DefaultRow> {};
TEST_P(DefaultRules, FollowTheOrder) {
    const auto workflow = parse_workflow(std::string{R"({"name":"w","enabled_nodes":)"} + GetParam().enabled + "}", kKnown);
    ASSERT_TRUE(workflow) << GetParam().claim << "\n" << faults_of(workflow.error());
    EXPECT_EQ(effective_rules(*workflow, kKnown), GetParam().rules) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Flow, DefaultRules, testing::Values(
    DefaultRow{"all five, in order", R"(["intent","knowledge","npc","coach","compliance"])",
               {{"intent", {"knowledge"}}, {"knowledge", {"npc"}}, {"npc", {"coach"}}, {"coach", {"compliance"}}}},
    DefaultRow{"nodes left out are stepped over", R"(["intent","npc","coach"])", {{"intent", {"npc"}}, {"npc", {"coach"}}}},
    DefaultRow{"the order is ours, not the list's", R"(["npc","intent"])", {{"intent", {"npc"}}}},
    DefaultRow{"the entry alone goes to END", R"(["intent"])", {}}));

TEST(Workflow, SettingsAreReadPerNode) {
    const auto workflow = parse_workflow(R"({"name":"w","enabled_nodes":["intent","npc"],"auto_reload":false,
        "nodes":{"npc":{"deadline_ms":2500,"retries":2,"on_error":"fallback","blocking":true},"coach":{"on_error":"skip"}}})",
                                         kKnown);
    ASSERT_TRUE(workflow) << faults_of(workflow.error());
    EXPECT_FALSE(workflow->auto_reload);
    EXPECT_EQ(workflow->node_settings.at("npc"), (NodeSettings{std::chrono::milliseconds{2500}, 2, OnError::fallback, true}));
    EXPECT_EQ(workflow->node_settings.at("coach"), (NodeSettings{std::nullopt, 0, OnError::skip, false}));
    const auto graph = compile(*workflow, kKnown);
    ASSERT_TRUE(graph);
    EXPECT_EQ(graph->settings(*graph->find("npc")).retries, 2);
    EXPECT_EQ(graph->settings(graph->entry()), NodeSettings{});
}

TEST(Workflow, WrittenOutReadsBackEqual) {
    for (const std::string_view text : {kFounding, kFoundingConditional, std::string_view{R"({"name":"w","enabled_nodes":["intent","npc"],
            "nodes":{"npc":{"deadline_ms":1,"retries":5,"on_error":"skip","blocking":true},"intent":{}}})"}}) {
        const auto workflow = parse_workflow(text);
        ASSERT_TRUE(workflow) << faults_of(workflow.error());
        const auto again = parse_workflow(boost::json::serialize(to_json(*workflow)));
        ASSERT_TRUE(again) << faults_of(again.error());
        EXPECT_EQ(*again, *workflow);
    }
}

TEST(Workflow, EveryFaultOfShapeIsNamedAtOnce) {
    const auto workflow =
        parse_workflow(R"({"version":2,"name":"a","name":"b","enabled_nodes":["intent",7],"routing_rules":{"intent":"npc"},
        "conditional_routing":{"intent":{"x":1},"npc":[]},"enable_bandit":"yes","bandit_exploration_rate":1.5,"surprise":1,
        "nodes":{"npc":{"deadline_ms":0,"retries":6,"on_error":"explode","colour":"red"},"coach":{"deadline_ms":600001},"intent":4}})",
                       kKnown);
    ASSERT_FALSE(workflow);
    EXPECT_EQ(workflow.error().code, Code::invalid_argument);
    EXPECT_EQ(faults_of(workflow.error()), R"(/name is given more than once; keep one
/version must be a string
/enabled_nodes/1 must be the name of a node
/routing_rules/intent must be an array
/conditional_routing/intent/x must be a string
/conditional_routing/npc must be an object
/enable_bandit must be true or false
/bandit_exploration_rate must be a number from 0 to 1
/nodes/npc/deadline_ms must be an integer from 1 to 600000
/nodes/npc/retries must be an integer from 0 to 5
/nodes/npc/on_error must be fail, skip or fallback
/nodes/npc/colour is not a known field
/nodes/coach/deadline_ms must be an integer from 1 to 600000
/nodes/intent must be an object
/surprise is not a known field
)");
}

TEST(Workflow, FaultsBeyondABoundAreCounted) {
    std::string list = R"("intent")";
    for (std::size_t i = 0; i < kMaxFaults + 10; ++i) list += R"(,"intent")";
    const auto workflow = parse_workflow(R"({"name":"w","enabled_nodes":[)" + list + "]}", kKnown);
    ASSERT_FALSE(workflow);
    ASSERT_EQ(workflow.error().faults.size(), kMaxFaults + 1);
    EXPECT_EQ(workflow.error().faults.back().message, "has 11 faults more; correct these first") << "one for the length of the list";
}

struct RefusedRow {
    const char* claim;
    const char* text;
    const char* faults;
};

class RefusedTexts : public testing::TestWithParam<RefusedRow> {};
TEST_P(RefusedTexts, SayWhy) {
    const auto workflow = parse_workflow(GetParam().text);
    ASSERT_FALSE(workflow) << GetParam().claim;
    EXPECT_EQ(workflow.error().code, Code::invalid_argument);
    EXPECT_EQ(faults_of(workflow.error()), GetParam().faults) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Flow, RefusedTexts, testing::Values(
    RefusedRow{"malformed text has a position, no list", R"({"name":)",                                        ""},
    RefusedRow{"a workflow is an object",                "[]",                                                 " must be an object\n"},
    RefusedRow{"name and nodes are required",            "{}",                                                 "/name is required\n/enabled_nodes is required\n"},
    RefusedRow{"nodes are a list",                       R"({"name":"w","enabled_nodes":{}})",                 "/enabled_nodes must be an array\n"},
    RefusedRow{"a repeated key is named inside, too",    R"({"name":"w","enabled_nodes":[],"nodes":{"npc":{"retries":1,"retries":2}}})",
               "/nodes/npc/retries is given more than once; keep one\n"}));

TEST(OnError, IsSpelledAsInTheFile) {
    EXPECT_EQ(name(OnError::fail), "fail");
    EXPECT_EQ(name(OnError::skip), "skip");
    EXPECT_EQ(name(OnError::fallback), "fallback");
}
}  // namespace
}  // namespace rondo::flow
