#include "engine/flow/validate.hpp"

#include "engine/flow/workflow_graph.hpp"
#include "unit/engine/flow/known_nodes.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace rondo::flow {
namespace {

std::string listed(const std::vector<Fault>& faults) {
    std::string text;
    for (const Fault& fault : faults) text += fault.path + " " + fault.message + "\n";
    return text;
}

struct Row {
    const char* claim;
    const char* members;
    const char* faults;
};

class Faults : public testing::TestWithParam<Row> {};
TEST_P(Faults, AreAllNamed) {
    const auto workflow = parse_workflow(std::string{R"({"name":"w",)"} + GetParam().members + "}");
    ASSERT_TRUE(workflow) << GetParam().claim << "\n" << listed(workflow.error().faults);
    EXPECT_EQ(listed(validate(*workflow, kKnown)), GetParam().faults) << GetParam().claim;
    EXPECT_EQ(compile(*workflow, kKnown).has_value(), std::string_view{GetParam().faults}.empty()) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Flow, Faults, testing::Values(
    Row{"the founding example of a disabled node is one fault",
        R"("enabled_nodes":["intent","npc"],"routing_rules":{"intent":["knowledge"],"knowledge":["npc"]})",
        "/routing_rules/intent/0 Routing references disabled nodes: {'knowledge'}; enable them or take them out of the routes\n"},
    Row{"several disabled nodes are one sorted fault",
        R"("enabled_nodes":["intent","npc"],"routing_rules":{"intent":["npc","knowledge"],"npc":["compliance"]},"conditional_routing":{"npc":{"late":"coach"}})",
        "/routing_rules/intent/1 Routing references disabled nodes: {'coach', 'compliance', 'knowledge'}; enable them or take them out of the routes\n"},
    Row{"a condition may reference a disabled node, too",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"deep":"reasoning"}})",
        "/conditional_routing/intent/deep Routing references disabled nodes: {'reasoning'}; enable them or take them out of the routes\n"},
    Row{"a misspelled target is named with its neighbour",
        R"("enabled_nodes":["intent"],"routing_rules":{"intent":["npx"]})",
        "/routing_rules/intent/0 'npx' is not a known node; did you mean 'npc'?\n"},
    Row{"swapped letters are one mistake",
        R"("enabled_nodes":["intent"],"routing_rules":{"intent":["ncp"]})",
        "/routing_rules/intent/0 'ncp' is not a known node; did you mean 'npc'?\n"},
    Row{"a name like no other gets no suggestion",
        R"("enabled_nodes":["intent","weather"])",
        "/enabled_nodes/1 'weather' is not a known node\n"},
    Row{"unknown names are found wherever they stand",
        R"("enabled_nodes":["intent"],"routing_rules":{"intnt":["END"]},"conditional_routing":{"intent":{"x":"weather"}},"nodes":{"couch":{}})",
        "/nodes/couch 'couch' is not a known node; did you mean 'coach'?\n"
        "/routing_rules/intnt 'intnt' is not a known node; did you mean 'intent'?\n"
        "/conditional_routing/intent/x 'weather' is not a known node\n"},
    Row{"END is a target, not a node",
        R"("enabled_nodes":["intent","END"],"routing_rules":{"intent":["END"]})",
        "/enabled_nodes/1 'END' is not a known node\n"},
    Row{"a cycle without a way out is printed, and its nodes cannot end",
        R"("enabled_nodes":["intent","npc","coach"],"routing_rules":{"intent":["npc"],"npc":["coach"],"coach":["npc"]})",
        "/routing_rules/coach/0 closes the cycle npc -> coach -> npc\n"
        "/routing_rules/intent END cannot be reached from 'intent'\n"
        "/routing_rules/npc END cannot be reached from 'npc'\n"
        "/routing_rules/coach END cannot be reached from 'coach'\n"},
    Row{"a cycle with a conditional way out is still a cycle",
        R"("enabled_nodes":["intent","npc","coach"],"routing_rules":{"intent":["npc"],"npc":["coach"],"coach":["npc"]},"conditional_routing":{"coach":{"enough":"END"}})",
        "/routing_rules/coach/0 closes the cycle npc -> coach -> npc\n"},
    Row{"a conditional edge can close a cycle",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"npc":{"unclear":"intent"}})",
        "/conditional_routing/npc/unclear closes the cycle intent -> npc -> intent\n"},
    Row{"a node may not follow itself",
        R"("enabled_nodes":["intent","npc"],"routing_rules":{"intent":["npc"],"npc":["npc","END"]})",
        "/routing_rules/npc/0 closes the cycle npc -> npc\n"},
    Row{"two cycles are two faults",
        R"("enabled_nodes":["intent","npc","coach"],"routing_rules":{"intent":["npc","coach"],"npc":["intent","END"],"coach":["intent","END"]})",
        "/routing_rules/npc/0 closes the cycle intent -> npc -> intent\n"
        "/routing_rules/coach/0 closes the cycle intent -> coach -> intent\n"},
    Row{"a node nobody routes to cannot be reached",
        R"("enabled_nodes":["intent","npc","coach"],"routing_rules":{"intent":["npc"]})",
        "/enabled_nodes/2 'coach' cannot be reached from 'intent'; route to it or do not enable it\n"},
    Row{"what hangs on an unreachable node is unreachable, too",
        R"("enabled_nodes":["intent","npc","coach"],"routing_rules":{"npc":["coach"]})",
        "/enabled_nodes/1 'npc' cannot be reached from 'intent'; route to it or do not enable it\n"
        "/enabled_nodes/2 'coach' cannot be reached from 'intent'; route to it or do not enable it\n"},
    Row{"a node outside the default order needs a rule",
        R"("enabled_nodes":["intent","npc","reasoning"])",
        "/enabled_nodes/2 'reasoning' cannot be reached from 'intent'; route to it or do not enable it\n"},
    Row{"the entry must be enabled, and that is fault enough",
        R"("enabled_nodes":["npc","coach"],"routing_rules":{"npc":["coach"]})",
        "/enabled_nodes must contain the entry 'intent'\n"},
    Row{"entries of lists are given once",
        R"("enabled_nodes":["intent","npc","intent"],"routing_rules":{"intent":["npc","npc"]})",
        "/enabled_nodes/2 'intent' is listed twice\n/routing_rules/intent/1 'npc' is listed twice\n"},
    Row{"a label must not be empty",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"":"npc"}})",
        "/conditional_routing/intent/ a label must not be empty: nodes that are skipped finish with the empty label\n"},
    Row{"faults of every kind come together",
        R"("enabled_nodes":["intent","npc","coach","npc"],"routing_rules":{"intent":["npc","knowlege"],"npc":["intent","compliance"]})",
        "/enabled_nodes/3 'npc' is listed twice\n"
        "/routing_rules/intent/1 'knowlege' is not a known node; did you mean 'knowledge'?\n"
        "/routing_rules/npc/1 Routing references disabled nodes: {'compliance'}; enable them or take them out of the routes\n"
        "/routing_rules/npc/0 closes the cycle intent -> npc -> intent\n"
        "/enabled_nodes/2 'coach' cannot be reached from 'intent'; route to it or do not enable it\n"},
    Row{"fan-out, join and a conditional END are in order",
        R"("enabled_nodes":["intent","knowledge","reasoning","npc","coach"],"routing_rules":{"intent":["knowledge","reasoning"],"knowledge":["npc"],"reasoning":["npc"],"npc":["coach","END"]},"conditional_routing":{"intent":{"bye":"END"}})",
        ""},
    Row{"an empty list of targets is END",
        R"("enabled_nodes":["intent","npc"],"routing_rules":{"intent":["npc"],"npc":[]})", ""},
    Row{"settings may wait for a disabled node",
        R"("enabled_nodes":["intent"],"nodes":{"coach":{"retries":1}})", ""}));

class LabelFaults : public testing::TestWithParam<Row> {};
TEST_P(LabelFaults, AreAllNamed) {
    const auto workflow = parse_workflow(std::string{R"({"name":"w",)"} + GetParam().members + "}");
    ASSERT_TRUE(workflow) << GetParam().claim << "\n" << listed(workflow.error().faults);
    EXPECT_EQ(listed(validate(*workflow, kLabelled)), GetParam().faults) << GetParam().claim;
    EXPECT_EQ(compile(*workflow, kLabelled).has_value(), std::string_view{GetParam().faults}.empty()) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Flow, LabelFaults, testing::Values(
    Row{"a label its node never gives can never match",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"price":"npc"}})",
        "/conditional_routing/intent/price can never match: 'intent' gives 'knowledge', 'npc'\n"},
    Row{"a misspelled label is named with its neighbour",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"knowlege":"npc"}})",
        "/conditional_routing/intent/knowlege can never match: 'intent' gives 'knowledge', 'npc'; did you mean 'knowledge'?\n"},
    Row{"labels are told apart by case",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"NPC":"npc"}})",
        "/conditional_routing/intent/NPC can never match: 'intent' gives 'knowledge', 'npc'\n"},
    Row{"the absent label is not offered",
        R"("enabled_nodes":["intent","coach"],"conditional_routing":{"coach":{"praised":"END"}})",
        "/conditional_routing/coach/praised can never match: 'coach' gives 'advised'\n"},
    Row{"a node without labels has no conditions",
        R"("enabled_nodes":["intent","compliance"],"conditional_routing":{"compliance":{"LOW":"END"}})",
        "/conditional_routing/compliance/LOW can never match: 'compliance' gives no labels\n"},
    Row{"a node that may give anything may be asked for anything",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"npc":{"whatever":"END"}})", ""},
    Row{"a rule that no outcome is left to is named",
        R"("enabled_nodes":["intent","knowledge","npc"],"conditional_routing":{"intent":{"knowledge":"knowledge","npc":"npc"}},"routing_rules":{"intent":["npc"],"knowledge":["npc"]})",
        "/routing_rules/intent can never be taken: 'intent' has a condition for each of its labels 'knowledge', 'npc'; take out the rule or a condition\n"},
    Row{"what hangs on such a rule alone is no fault of its own",
        R"("enabled_nodes":["intent","coach"],"conditional_routing":{"intent":{"knowledge":"END","npc":"END"}},"routing_rules":{"intent":["coach"]})",
        "/routing_rules/intent can never be taken: 'intent' has a condition for each of its labels 'knowledge', 'npc'; take out the rule or a condition\n"},
    Row{"one outcome left is enough for a rule",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"knowledge":"END"}},"routing_rules":{"intent":["npc"]})", ""},
    Row{"a node that may be skipped leaves that to its rule",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"knowledge":"npc","npc":"npc"}},"routing_rules":{"intent":["npc"]},"nodes":{"intent":{"on_error":"skip"}})", ""},
    Row{"so does one that may finish without a label",
        R"("enabled_nodes":["intent","coach","npc"],"conditional_routing":{"coach":{"advised":"npc"}},"routing_rules":{"intent":["coach"],"coach":["npc"]})", ""},
    Row{"the default order is not the author's: it steps back before conditions",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"knowledge":"npc","npc":"npc"}})", ""},
    Row{"and reaches nothing from a node that leaves it no outcome",
        R"("enabled_nodes":["intent","knowledge","npc"],"conditional_routing":{"intent":{"knowledge":"npc","npc":"npc"}})",
        "/enabled_nodes/1 'knowledge' cannot be reached from 'intent'; route to it or do not enable it\n"},
    Row{"labels of a node that is not known are not judged",
        R"("enabled_nodes":["intent"],"conditional_routing":{"oracle":{"yes":"END"}})",
        "/conditional_routing/oracle 'oracle' is not a known node\n"}));

TEST(Validate, ChecksNumbersOfAWorkflowMadeInCode) {
    Workflow workflow{
        .name = "w", .version = "", .enabled_nodes = {"intent"}, .routing_rules = {}, .conditional_routing = {}, .node_settings = {}};
    workflow.bandit_exploration_rate = std::numeric_limits<double>::quiet_NaN();
    workflow.node_settings["intent"] = {.deadline = std::chrono::milliseconds{0}, .retries = -1};
    EXPECT_EQ(listed(validate(workflow, kKnown)),
              "/bandit_exploration_rate must be a number from 0 to 1\n"
              "/nodes/intent/deadline_ms must be an integer from 1 to 600000\n"
              "/nodes/intent/retries must be an integer from 0 to 5\n");
}

TEST(Validate, ListsAreBounded) {
    std::vector<std::string> names{"intent"};
    while (names.size() <= kMaxNodes) names.push_back("n" + std::to_string(names.size()));
    std::vector<NodeType> known;
    for (const std::string& name : names) known.push_back({.name = name});
    Workflow workflow{
        .name = "w", .version = "", .enabled_nodes = names, .routing_rules = {}, .conditional_routing = {}, .node_settings = {}};
    workflow.routing_rules["intent"] = {names.begin() + 1, names.end()};
    for (std::size_t i = 0; i <= kMaxTargets; ++i) workflow.conditional_routing["n1"]["label " + std::to_string(i)] = "END";
    EXPECT_EQ(listed(validate(workflow, known)),
              "/enabled_nodes must have at most 64 entries\n"
              "/conditional_routing/n1 must have at most 64 labels\n");
    workflow.routing_rules["intent"].push_back("END");
    workflow.conditional_routing.clear();
    EXPECT_EQ(listed(validate(workflow, known)),
              "/enabled_nodes must have at most 64 entries\n"
              "/routing_rules/intent must have at most 64 entries\n");
}

TEST(Validate, ShapeAndGraphFaultsComeInOneList) {
    const auto workflow =
        parse_workflow(R"({"name":"w","enabled_nodes":["intent"],"routing_rules":{"intent":["npc"]},"surprise":1})", kKnown);
    ASSERT_FALSE(workflow);
    EXPECT_EQ(listed(workflow.error().faults),
              "/surprise is not a known field\n"
              "/routing_rules/intent/0 Routing references disabled nodes: {'npc'}; enable them or take them out of the routes\n");
}

TEST(Validate, PartsOfAWorkflowAreJudgedWhenTheRestCannotBeRead) {
    const auto workflow = parse_workflow(
        R"({"name":"w","enabled_nodes":["intent",7,"npx","intent"],"routing_rules":{"intent":[null,"cooch","npc"]},
            "conditional_routing":{"intent":{"knowledge":5,"price":"npc"}},"nodes":{"couch":{}}})",
        kLabelled);
    ASSERT_FALSE(workflow);
    EXPECT_EQ(listed(workflow.error().faults),
              "/enabled_nodes/1 must be the name of a node\n"
              "/routing_rules/intent/0 must be the name of a node\n"
              "/conditional_routing/intent/knowledge must be a string\n"
              "/nodes/couch 'couch' is not a known node; did you mean 'coach'?\n"
              "/enabled_nodes/2 'npx' is not a known node; did you mean 'npc'?\n"
              "/enabled_nodes/3 'intent' is listed twice\n"
              "/routing_rules/intent/1 'cooch' is not a known node; did you mean 'coach'?\n"
              "/conditional_routing/intent/price can never match: 'intent' gives 'knowledge', 'npc'\n")
        << "and nothing that follows from what is missing: no disabled node, no way that does not lead on";
}
}  // namespace
}  // namespace rondo::flow
