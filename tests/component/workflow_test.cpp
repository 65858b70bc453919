#include "support/server_test.hpp"

#include <algorithm>
#include <fstream>

namespace rondo {
namespace {
using support::Event;
using support::text_of;

/// A server whose workflow file overrides the packs' own.
class Overridden {
public:
    explicit Overridden(std::string_view workflow) {
        std::ofstream{file()} << workflow;
        server_ = std::make_unique<support::Server>(support::Server::Settings{{"workflow", file()}});
        client_ = std::make_unique<support::Client>(loop_, server_->port());
    }
    support::Client& client() { return *client_; }
    /// The events of a first turn.
    std::vector<Event> turn(std::string_view message) { return client().stream_turn(client().open_session(), message).rest(); }

private:
    [[nodiscard]] std::string file() const { return (folder_.path() / "workflow.json").string(); }
    support::TempFolder folder_;
    support::Loop loop_;
    std::unique_ptr<support::Server> server_;
    std::unique_ptr<support::Client> client_;
};

/// The nodes that ran, in the order they finished.
std::vector<std::string> ran(const std::vector<Event>& events) {
    std::vector<std::string> nodes;
    for (const auto& event : events) {
        if (event.type == "node_finished") nodes.push_back(text_of(event.json(), "node"));
    }
    return nodes;
}

std::ptrdiff_t position(const std::vector<Event>& events, auto&& wanted) { return std::ranges::find_if(events, wanted) - events.begin(); }
std::ptrdiff_t first_delta(const std::vector<Event>& events) {
    return position(events, [](const Event& event) { return event.type == "delta"; });
}
std::ptrdiff_t verdict(const std::vector<Event>& events) {
    return position(events,
                    [](const Event& event) { return event.type == "node_finished" && text_of(event.json(), "node") == "compliance"; });
}

constexpr const char* kInARow = R"({
  "name": "production_workflow", "version": "2.0",
  "enabled_nodes": ["intent", "knowledge", "npc", "coach", "compliance"],
  "routing_rules": {"intent": ["knowledge"], "knowledge": ["npc"], "npc": ["coach"], "coach": ["compliance"]},
  "enable_reasoning": true, "enable_routing_policy": true, "enable_bandit": true, "bandit_exploration_rate": 0.1})";
constexpr const char* kConditional = R"({
  "name": "production_workflow", "version": "1.0",
  "enabled_nodes": ["intent", "knowledge", "npc", "coach", "compliance"],
  "conditional_routing": {"intent": {"knowledge": "knowledge", "npc": "npc"}},
  "routing_rules": {"knowledge": ["npc"], "npc": ["coach"], "coach": ["compliance"]},
  "enable_reasoning": true, "enable_routing_policy": true, "enable_bandit": true, "bandit_exploration_rate": 0.1})";
constexpr const char* kWithoutRules = R"({"name": "experiment_workflow", "version": "2.0", "enabled_nodes": ["intent", "npc", "coach"]})";

struct Route {
    const char* claim;
    const char* workflow;
    const char* message;
    std::vector<std::string> ran;
};
void PrintTo(const Route& row, std::ostream* out) { *out << row.claim; }
class RouteTest : public ::testing::TestWithParam<Route> {};
TEST_P(RouteTest, RunsTheseNodes) {
    const Route& row = GetParam();
    EXPECT_EQ(ran(Overridden{row.workflow}.turn(row.message)), row.ran) << row.claim;
}
INSTANTIATE_TEST_SUITE_P(Workflow, RouteTest, ::testing::Values(
    Route{"every node in a row",                       kInARow,       "多少钱？",             {"intent", "knowledge", "npc", "coach", "compliance"}},
    Route{"a question is worth a look at the sources", kConditional,  "你们的产品有什么功能？", {"intent", "knowledge", "npc", "coach", "compliance"}},
    Route{"a word is not",                             kConditional,  "嗯",                   {"intent", "npc", "coach", "compliance"}},
    Route{"no rules: the default order of what is on", kWithoutRules, "多少钱？",             {"intent", "npc", "coach"}}));

TEST(Workflow, TheOverridingFileIsNamedInTheAnswerAndTheConfiguration) {
    Overridden at{kWithoutRules};
    const auto result = at.turn("你好").back().json();
    EXPECT_EQ(text_of(result.at("workflow"), "name"), "experiment_workflow");
    EXPECT_TRUE(result.at("compliance").is_null()) << "a node that is off found nothing";
    const auto config = at.client().get("/api/v1/config");
    EXPECT_EQ(text_of(config.at("workflows").at("sales-zh"), "source"), "workflow.json");
    EXPECT_FALSE(config.text("loaded_at").empty());
}

TEST(Workflow, TheBanditsDecisionIsToldWhenItIsOn) {
    const auto result = Overridden{kInARow}.turn("多少钱？").back().json();
    const auto& decision = result.at("bandit_decision");
    EXPECT_EQ(text_of(decision, "decision_id"), text_of(result, "decision_id"));
    EXPECT_EQ(text_of(decision, "chosen"), "knowledge");
    for (const char* member : {"ucb", "exploration", "propensity"}) EXPECT_TRUE(decision.as_object().contains(member)) << member;
}

TEST(Workflow, AFileWithFaultsStopsTheStartAndNamesThem) {
    const support::TempFolder folder;
    const std::string file = (folder.path() / "workflow.json").string();
    std::ofstream{file}
        << R"({"name": "w", "enabled_nodes": ["intent", "npc"], "routing_rules": {"intent": ["knowledge"], "knowledge": ["npc"]}})";
    const Error error = support::refusal_of({{"workflow", file}});
    EXPECT_EQ(error.code, Code::invalid_argument);
    EXPECT_TRUE(std::ranges::any_of(error.faults, [](const Fault& fault) {
        return fault.message.starts_with("Routing references disabled nodes: {'knowledge'}");
    })) << (error.faults.empty() ? error.message : error.faults.front().message);
}

struct Check {
    const char* claim;
    const char* body;
    bool valid;
    std::vector<std::pair<std::string, std::string>> faults;  // pointer, beginning of the message
};
void PrintTo(const Check& row, std::ostream* out) { *out << row.claim; }
class CheckTest : public ::testing::TestWithParam<Check> {};
TEST_P(CheckTest, AnswersWithFaultsAndGraph) {
    support::Loop loop;
    support::Server server;
    support::Client client{loop, server.port()};
    const auto answer = client.send({.method = net::Method::post, .target = "/api/v1/workflow/check", .body = GetParam().body});
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.at("valid"), GetParam().valid) << answer.body;
    const auto& faults = answer.json.at("faults").as_array();
    ASSERT_EQ(faults.size(), GetParam().faults.size()) << answer.body;
    for (std::size_t i = 0; i < faults.size(); ++i) {
        EXPECT_EQ(text_of(faults[i], "pointer"), GetParam().faults[i].first);
        EXPECT_TRUE(text_of(faults[i], "message").starts_with(GetParam().faults[i].second)) << answer.body;
    }
    EXPECT_TRUE(text_of(answer.at("graph"), "text").contains("\nintent")) << answer.body;
    EXPECT_TRUE(text_of(answer.at("graph"), "mermaid").starts_with("flowchart TD\n")) << answer.body;
}
INSTANTIATE_TEST_SUITE_P(Workflow, CheckTest, ::testing::Values(
    Check{"the founding workflow in a row is sound",        kInARow,       true, {}},
    Check{"the founding conditional workflow is sound",     kConditional,  true, {}},
    Check{"a workflow without rules is sound",              kWithoutRules, true, {}},
    Check{"an intent is not a label of the node intent",
          R"({"name":"w","enabled_nodes":["intent","npc"],"conditional_routing":{"intent":{"price_inquiry":"npc"}}})", false,
          {{"/conditional_routing/intent/price_inquiry", "can never match: 'intent' gives 'knowledge', 'npc'"}}},
    Check{"every fault comes in one answer",
          R"({"name":"w","enabled_nodes":["intent","npc","coach"],"nodes":{"npx":{}},"routing_rules":{"intent":["npc","knowledge"],"npc":["intent"]},
              "conditional_routing":{"npc":{"lenght":"END"}}})", false,
          {{"/nodes/npx", "'npx' is not a known node; did you mean 'npc'?"},
           {"/conditional_routing/npc/lenght", "can never match"},
           {"/routing_rules/intent/1", "Routing references disabled nodes: {'knowledge'}"},
           {"/routing_rules/npc/0", "closes the cycle intent -> npc -> intent"},
           {"/enabled_nodes/2", "'coach' cannot be reached from 'intent'"}}}));

TEST(WorkflowCheck, RefusesWhatIsNotJsonAndChangesNothing) {
    support::Loop loop;
    support::Server server;
    support::Client client{loop, server.port()};
    const auto before = client.get("/api/v1/config").at("workflows");
    const auto refused = client.send({.method = net::Method::post, .target = "/api/v1/workflow/check", .body = R"({"name":)"});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.text("code"), "MALFORMED_JSON");
    EXPECT_EQ(client.send({.method = net::Method::post, .target = "/api/v1/workflow/check", .body = kWithoutRules}).at("valid"), true);
    EXPECT_EQ(client.get("/api/v1/config").at("workflows"), before);
    EXPECT_EQ(client.get("/api/v1/workflow/check").status, 405);
}

constexpr const char* kBlocking = R"({
  "name": "careful", "version": "1", "enabled_nodes": ["intent", "npc", "compliance"],
  "routing_rules": {"intent": ["npc"], "npc": ["compliance"]}, "nodes": {"compliance": {"blocking": true}}})";
constexpr const char* kBribe = "我可以私下给您回扣";

TEST(BlockingCompliance, WithholdsEveryByteUntilTheVerdict) {
    const auto events = Overridden{kBlocking}.turn("多少钱？");
    EXPECT_GT(first_delta(events), verdict(events));
    EXPECT_FALSE(support::deltas_of(events).empty());
    EXPECT_EQ(events.back().json().at("blocked"), false);
}

TEST(BlockingCompliance, ReplacesAnAnswerItBlocks) {
    Overridden at{kBlocking};
    const auto events = at.turn(kBribe);
    const auto result = events.back().json();
    EXPECT_GT(first_delta(events), verdict(events));
    EXPECT_EQ(text_of(result.at("compliance"), "risk_level"), "BLOCK");
    EXPECT_EQ(result.at("blocked"), true);
    EXPECT_EQ(text_of(result, "npc_response"), support::deltas_of(events));

    // The same session elsewhere, where nothing is withheld, says what was held back here.
    support::Loop loop;
    support::Server open_server;
    support::Client open{loop, open_server.port()};
    const std::string session = open.open_session({{"session_id", text_of(result, "session_id")}});
    EXPECT_NE(open.say(session, kBribe).text("npc_response"), text_of(result, "npc_response"));
}

TEST(BlockingCompliance, IsNotTheDefaultWhichWarnsAndLetsTheAnswerPass) {
    support::Loop loop;
    support::Server server;
    support::Client client{loop, server.port()};
    const auto events = client.stream_turn(client.open_session(), kBribe).rest();
    EXPECT_LT(first_delta(events), verdict(events)) << "the first token waits for no verdict";
    const auto result = events.back().json();
    EXPECT_EQ(text_of(result.at("compliance"), "risk_level"), "BLOCK");
    EXPECT_EQ(result.at("blocked"), false);
}
}  // namespace
}  // namespace rondo
