#include "engine/flow/dry_run.hpp"

#include "engine/flow/outline.hpp"
#include "engine/flow/workflow.hpp"
#include "unit/engine/flow/known_nodes.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <fstream>

namespace rondo::flow {
namespace {
std::string with(const char* members) { return std::string{R"({"name":"w",)"} + members + "}"; }

DryRun checked(const std::string& json) {
    auto run = dry_run(json, kLabelled);
    EXPECT_TRUE(run) << json;
    return run ? std::move(*run) : DryRun{};
}

struct Row {
    const char* claim;
    const char* members;
    const char* text;
};

class Texts : public testing::TestWithParam<Row> {};
TEST_P(Texts, ReadLikeThis) {
    const std::string json = with(GetParam().members);
    EXPECT_EQ(to_text(checked(json)), GetParam().text) << GetParam().claim;
    EXPECT_EQ(to_text(checked(json)), to_text(checked(json))) << "and always like this";
}

INSTANTIATE_TEST_SUITE_P(Flow, Texts, testing::Values(
    Row{"settings stand behind the node, the default order is written out",
        R"("version":"2","enabled_nodes":["npc","intent"],"nodes":{"npc":{"deadline_ms":500,"retries":2,"on_error":"fallback","blocking":true},"intent":{"retries":1}})",
        "w 2\n\n"
        "intent (1 retry)\n  -> npc\n"
        "npc (deadline 500 ms, 2 retries, on error fallback, blocking)\n  -> END\n"
        "\nruns\n  intent > npc\n"},
    Row{"conditions come before what is left to the rule",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"knowledge":"npc"}})",
        "w\n\n"
        "intent\n  when knowledge -> npc\n  otherwise -> npc\n"
        "npc\n  -> END\n"
        "\nruns\n  intent > npc (intent: knowledge)\n  intent > npc (intent: otherwise)\n"},
    Row{"where conditions catch everything there is no otherwise",
        R"("enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"knowledge":"END","npc":"npc"}})",
        "w\n\n"
        "intent\n  when knowledge -> END\n  when npc -> npc\n"
        "npc\n  -> END\n"
        "\nruns\n  intent (intent: knowledge)\n  intent > npc (intent: npc)\n"},
    Row{"side by side is a plus, and a join waits for both",
        R"("enabled_nodes":["intent","knowledge","npc","coach","compliance"],"routing_rules":{"intent":["knowledge","coach"],"knowledge":["npc"],"coach":["npc"],"npc":["compliance"]},"conditional_routing":{"knowledge":{"none":"END"}})",
        "w\n\n"
        "intent\n  -> knowledge, coach\n"
        "knowledge\n  when none -> END\n  otherwise -> npc\n"
        "coach\n  -> npc\n"
        "npc\n  -> compliance\n"
        "compliance\n  -> END\n"
        "\nruns\n  intent > knowledge + coach > npc > compliance (knowledge: none)\n"
        "  intent > knowledge + coach > npc > compliance (knowledge: otherwise)\n"},
    Row{"a graph with faults is drawn as it was written, without runs",
        R"("enabled_nodes":["intent","npc","npc"],"routing_rules":{"intent":["npc","coach"],"npc":["intent"],"coach":["END"]})",
        "w\n\n"
        "intent\n  -> npc, coach (not enabled)\n"
        "npc\n  -> intent\n"},
    Row{"no name brings control characters to a terminal",
        R"("version":"\u001b[2J","enabled_nodes":["intent","a\u0007\n"])",
        "w  [2J\n\n"
        "intent\n  -> END\n"
        "a  \n  -> END\n"}));

TEST(Mermaid, IsAFlowchartWithQuotedNames) {
    EXPECT_EQ(
        checked(
            with(R"("enabled_nodes":["intent","npc","coach","compliance"],"routing_rules":{"intent":["npc"],"npc":["coach","compliance"]},
                                "conditional_routing":{"intent":{"knowledge":"npc"},"npc":{"找到":"END"}})"))
            .mermaid,
        "flowchart TD\n"
        "    n0[\"intent\"]\n"
        "    n1[\"npc\"]\n"
        "    n2[\"coach\"]\n"
        "    n3[\"compliance\"]\n"
        "    n0 -->|\"knowledge\"| n1\n"
        "    n0 -->|otherwise| n1\n"
        "    n4([\"END\"])\n"
        "    n1 -->|\"找到\"| n4\n"
        "    n1 -->|otherwise| n2\n"
        "    n1 -->|otherwise| n3\n"
        "    n2 --> n4\n"
        "    n3 --> n4\n");
}

TEST(Mermaid, NamesCannotBreakOutOfIt) {
    const std::string mermaid =
        checked(with(R"("enabled_nodes":["intent"],"routing_rules":{"intent":["end\"]; click n0 <script>`|#\\\n"]})")).mermaid;
    EXPECT_EQ(mermaid,
              "flowchart TD\n"
              "    n0[\"intent\"]\n"
              "    n1[\"end#34;]#59; click n0 #60;script#62;#96;#124;#35;#92; \"]\n"
              "    style n1 stroke-dasharray: 4\n"
              "    n0 --> n1\n");
}

struct UnreadRow {
    const char* claim;
    std::string json;
    std::size_t faults;
};

class Undrawn : public testing::TestWithParam<UnreadRow> {};
TEST_P(Undrawn, GraphsHaveFaultsAndNoPicture) {
    const DryRun run = checked(GetParam().json);
    EXPECT_EQ(run.faults.size(), GetParam().faults) << GetParam().claim;
    EXPECT_TRUE(run.text.empty() && run.mermaid.empty() && run.runs.empty()) << GetParam().claim;
    EXPECT_TRUE(to_json(run).at("graph").is_null());
}

std::string many_nodes() {
    std::string list = R"("intent")";
    for (int i = 0; i < 100; ++i) list += ",\"n" + std::to_string(i) + "\"";
    return R"({"name":"w","enabled_nodes":[)" + list + "]}";
}

INSTANTIATE_TEST_SUITE_P(Flow, Undrawn, testing::Values(
    UnreadRow{"not an object",                       "[]",                                                              1},
    UnreadRow{"a route that cannot be read",         with(R"("enabled_nodes":["intent"],"routing_rules":{"intent":[7]})"), 1},
    UnreadRow{"more nodes than there may be",        many_nodes(),                                                      101}));

TEST(DryRun, RefusesOnlyWhatIsNotJson) {
    const auto run = dry_run("{\"name\":", kLabelled);
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().code, Code::invalid_argument);
    EXPECT_EQ(run.error().reason, "MALFORMED_JSON");
}

TEST(DryRun, IsTheAnswerOfTheApi) {
    EXPECT_EQ(to_json(checked(with(R"("enabled_nodes":["intent"])"))),
              (boost::json::value{{"valid", true},
                                  {"faults", boost::json::array{}},
                                  {"graph",
                                   {{"text", "w\n\nintent\n  -> END\n\nruns\n  intent\n"},
                                    {"mermaid", "flowchart TD\n    n0[\"intent\"]\n    n1([\"END\"])\n    n0 --> n1\n"}}}}));
    const auto faulty = to_json(checked(with(R"("enabled_nodes":["intent"],"nodes":{"oracle":{}})")));
    EXPECT_EQ(faulty.at("valid"), false);
    EXPECT_EQ(faulty.at("faults"),
              (boost::json::value(boost::json::array{{{"pointer", "/nodes/oracle"}, {"message", "'oracle' is not a known node"}}})));
    EXPECT_FALSE(faulty.at("graph").is_null());
}

TEST(DryRun, ListsManyRunsUpToABound) {
    // Two ways out of each of six nodes, both to the next: 64 runs.
    std::vector<NodeType> nodes{{.name = "intent"}};
    for (const char* name : {"a", "b", "c", "d", "e"}) nodes.push_back({.name = name});
    std::string enabled, rules, conditions;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const std::string node{nodes[i].name}, next{i + 1 < nodes.size() ? nodes[i + 1].name : kEnd};
        const std::string comma = i == 0 ? "" : ",";
        enabled += comma + "\"" + node + "\"";
        rules += comma + "\"" + node + "\":[\"" + next + "\"]";
        conditions += comma + "\"" + node + "\":{\"x\":\"" + next + "\"}";
    }
    const auto run = dry_run(R"({"name":"w","enabled_nodes":[)" + enabled + R"(],"routing_rules":{)" + rules +
                                 R"(},"conditional_routing":{)" + conditions + "}}",
                             nodes);
    ASSERT_TRUE(run && run->valid());
    EXPECT_EQ(std::ranges::count(run->runs, '\n'), static_cast<std::ptrdiff_t>(kMaxListedRuns) + 1);
    EXPECT_TRUE(run->runs.ends_with("\nand more\n"));
}

/// The fenced blocks of docs/workflow.md in that language, "" for those without one.
std::vector<std::string> documented(std::string_view language) {
    std::ifstream in{RONDO_SOURCE_DIR "/docs/workflow.md"};
    std::vector<std::string> blocks;
    bool inside = false, wanted = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("```")) {
            inside = !inside;
            wanted = inside && line.substr(3) == language;
            if (wanted) blocks.emplace_back();
        } else if (wanted) {
            blocks.back() += line + "\n";
        }
    }
    return blocks;
}

TEST(Documentation, ShowsWhatIsPrinted) {
    const auto workflows = documented("json"), texts = documented(""), pictures = documented("mermaid");
    ASSERT_GE(workflows.size(), 2U);
    ASSERT_TRUE(texts.size() == 1 && pictures.size() == 1);
    EXPECT_TRUE(checked(workflows[0]).valid());
    EXPECT_EQ(to_text(checked(workflows[1])), texts[0]);
    EXPECT_EQ(checked(workflows[1]).mermaid, pictures[0]);
}
}  // namespace
}  // namespace rondo::flow
