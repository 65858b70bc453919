#include "talk/agent/outcome.hpp"

#include "base/json.hpp"
#include "talk/scenario/node_types.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

namespace rondo::agent {
namespace {
using boost::json::object;
using boost::json::value;

struct Row {
    const char* claim;
    const char* node;
    Outcome outcome;
    const char* label;
};
const ComplianceOutcome kHit{
    {.risk_level = scenario::Risk::block, .score = 1, .hits = {{"bribe", scenario::Risk::block, "No bribes.", true}}}};
const std::vector<Row>& rows() {
    static const std::vector<Row> all{
        {"an intent worth looking up leads to knowledge", "intent", IntentOutcome{"价格异议", 0.875, true}, "knowledge"},
        {"any other leads to the persona", "intent", IntentOutcome{"", 0, false}, "npc"},
        {"sources were found", "knowledge", KnowledgeOutcome{{{"tea#1", "Tea", "Leaves \"and\"\nwater", 3.25}, {"b", "", "", 0}}}, "found"},
        {"none were found", "knowledge", KnowledgeOutcome{}, "none"},
        {"the persona's label is why it stopped", "npc",
         NpcOutcome{"你好", {Tokens{7}, Tokens{2}, Tokens{1}, Tokens{3}}, "rehearsal", "length", "spare", "target", 2}, "length"},
        {"an empty answer is one too", "npc", NpcOutcome{}, ""},
        {"the coach has advised", "coach", CoachOutcome{"Ask first.\nThen tell.", {"ask", "tell"}}, "advised"},
        {"without any rule, too", "coach", CoachOutcome{}, "advised"},
        {"compliance's label is the risk", "compliance", kHit, "BLOCK"},
        {"no hit is a low risk", "compliance", ComplianceOutcome{}, "LOW"}};
    return all;
}

TEST(Outcome, LabelsAreTheWordsOfConditionalRouting) {
    for (const Row& row : rows()) EXPECT_EQ(label(row.outcome), row.label) << row.claim;
}

TEST(Outcome, TheTableOfNodesListsEveryLabelAndNoOther) {
    std::map<std::string, std::set<std::string>> given;
    for (const char* reason : {"stop", "length", "fallback", ""})
        given["npc"].insert(label(NpcOutcome{.text = "", .usage = {}, .model = "", .finish_reason = reason}));
    for (const bool worth_it : {true, false}) given["intent"].insert(label(IntentOutcome{.intent = "", .wants_knowledge = worth_it}));
    for (const auto& sources : {std::vector<Source>{}, std::vector<Source>(1)}) given["knowledge"].insert(label(KnowledgeOutcome{sources}));
    for (const auto risk : {scenario::Risk::low, scenario::Risk::medium, scenario::Risk::high, scenario::Risk::block})
        given["compliance"].insert(label(ComplianceOutcome{{.risk_level = risk}}));
    given["coach"] = {label(CoachOutcome{}), ""};  // a coach taken out of the turn finishes without a label
    for (const auto& node : scenario::kNodes)
        EXPECT_EQ((std::set<std::string>{node.labels.begin(), node.labels.end()}), given[std::string{node.name}]) << node.name;
    EXPECT_EQ(given.size(), scenario::kNodes.size());
}

TEST(Outcome, ReadsBackAsItWasWritten) {
    for (const Row& row : rows()) {
        const auto back = from_json(row.node, boost::json::parse(json::write(to_json(row.outcome))));
        ASSERT_TRUE(back) << row.claim << ": " << back.error().message;
        EXPECT_EQ(*back, row.outcome) << row.claim;
    }
}

/// Hands `sound` to `use` with every value in it replaced by each of other types once, and every member left out once.
void each_damage(const value& sound, const std::function<void(value)>& use) {
    for (const value& wrong : {value(nullptr), value(true), value("x"), value(-7), value(object{{"x", 1}}), value(boost::json::array{1})}) {
        if (wrong.kind() != sound.kind()) use(wrong);
    }
    if (const auto* members = sound.if_object()) {
        for (const auto& member : *members) {
            object without = *members;
            without.erase(member.key());
            use(without);
            each_damage(member.value(), [&](value changed) {
                object with = *members;
                with[member.key()] = std::move(changed);
                use(with);
            });
        }
    } else if (const auto* items = sound.if_array()) {
        for (std::size_t i = 0; i < items->size(); ++i) {
            each_damage((*items)[i], [&](value changed) {
                auto with = *items;
                with[i] = std::move(changed);
                use(with);
            });
        }
    }
}

TEST(Outcome, DamageIsDataLossOrAnotherValueButNeverACrash) {
    int refused = 0;
    for (const Row& row : rows()) {
        each_damage(to_json(row.outcome), [&](value damaged) {
            const auto back = from_json(row.node, damaged);
            if (back) return;
            ++refused;
            EXPECT_EQ(back.error().code, Code::data_loss) << row.claim << ": " << json::write(damaged);
        });
    }
    EXPECT_GT(refused, 100);
}

TEST(Outcome, AnAnswerOfAnEarlierVersionIsRead) {
    const auto back = from_json(
        "npc", boost::json::parse(R"({"text":"Hi","model":"m","finish":"stop","input":7,"output":2,"cache_write":0,"cache_read":0})"));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, Outcome{(NpcOutcome{"Hi", {Tokens{7}, Tokens{2}, {}, {}}, "m", "stop"})});
}

TEST(Outcome, AnUnknownNodeIsDataLoss) {
    const auto back = from_json("oracle", object{});
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, Code::data_loss);
}

TEST(Outcome, AnUnknownRiskIsDataLoss) {
    auto json = to_json(Outcome{kHit});
    json.as_object()["risk"] = "PURPLE";
    const auto back = from_json("compliance", json);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, Code::data_loss);
}

TEST(Board, HoldsWhatEachNodeFound) {
    Board board;
    for (const Row& row : rows()) board.put(row.outcome);
    EXPECT_FALSE(board.intent->wants_knowledge) << "the later one stands";
    EXPECT_TRUE(board.knowledge && board.npc && board.coach);
    EXPECT_EQ(board.compliance, ComplianceOutcome{});
}

TEST(PublicShapes, AdviceAndCompliance) {
    EXPECT_EQ(json::write(advice_json({"Ask.", {"ask"}})), R"({"text":"Ask.","rules":["ask"]})");
    EXPECT_EQ(
        json::write(compliance_json(kHit)),
        R"({"risk_level":"BLOCK","score":1,"findings":[{"rule":"bribe","risk_level":"BLOCK","message":"No bribes.","in":"answer"}]})");
}
}  // namespace
}  // namespace rondo::agent
