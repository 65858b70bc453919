#include "support/scripted.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>

#include <fstream>

namespace rondo {
namespace {
using support::break_off;
using support::Event;
using support::say;
using support::text_of;

/// A server with this policy for the npc, and one turn in it.
class Policy {
public:
    Policy(const char* on_error, support::ScriptedModel& model, int retries = 0) {
        const std::string file = (folder_.path() / "workflow.json").string();
        std::ofstream{file} << fmt::format(
            R"({{"name":"w","enabled_nodes":["intent","npc","coach"],"nodes":{{"npc":{{"on_error":"{}","retries":{}}}}}}})", on_error,
            retries);
        server_ = std::make_unique<support::Server>(support::Server::Settings{{"workflow", file}}, model.as_npc());
        client_ = std::make_unique<support::Client>(loop_, server_->port());
        session_ = client_->open_session();
    }
    support::Client& client() { return *client_; }
    std::vector<Event> turn(boost::json::object more = {}) { return client_->stream_turn(session_, "多少钱？", std::move(more)).rest(); }
    support::Answer ask(boost::json::object more = {}) { return client_->say(session_, "多少钱？", std::move(more)); }

private:
    support::TempFolder folder_;
    support::Loop loop_;
    std::unique_ptr<support::Server> server_;
    std::unique_ptr<support::Client> client_;
    std::string session_;
};

std::string npc_status(const std::vector<Event>& events) {
    for (const auto& event : events) {
        const auto data = event.json();
        if (event.type == "node_finished" && text_of(data, "node") == "npc") return text_of(data, "status");
    }
    return "not finished";
}

struct Row {
    const char* on_error;
    Code code;
    const char* npc;     ///< how the node finished
    const char* ending;  ///< type of the last event
    int status;          ///< of the same turn asked for as JSON
};
class PolicyTest : public ::testing::TestWithParam<Row> {};
TEST_P(PolicyTest, DecidesWhatAFailingModelDoesToTheTurn) {
    const Row& row = GetParam();
    support::ScriptedModel model{{break_off(row.code)}};
    Policy server{row.on_error, model};
    const auto events = server.turn();
    EXPECT_EQ(npc_status(events), row.npc);
    EXPECT_EQ(events.back().type, row.ending) << events.back().data;
    const auto answer = server.ask();
    EXPECT_EQ(answer.status, row.status) << answer.body;
    if (row.status == 200) { EXPECT_EQ(answer.text("npc_response").empty(), std::string_view{row.on_error} == "skip"); }
    EXPECT_EQ(server.ask({{"turn_number", 3}}).status, row.status) << "the session takes the next turn";
}
INSTANTIATE_TEST_SUITE_P(Faults, PolicyTest, ::testing::Values(
    Row{"fail",     Code::unavailable,        "error",    "failed",    503},
    Row{"fail",     Code::deadline_exceeded,  "error",    "failed",    504},
    Row{"fail",     Code::resource_exhausted, "error",    "failed",    429},
    Row{"fail",     Code::internal,           "error",    "failed",    500},
    Row{"skip",     Code::unavailable,        "skipped",  "completed", 200},
    Row{"skip",     Code::deadline_exceeded,  "skipped",  "completed", 200},
    Row{"fallback", Code::unavailable,        "fallback", "completed", 200},
    Row{"fallback", Code::deadline_exceeded,  "fallback", "completed", 200},
    Row{"fallback", Code::internal,           "fallback", "completed", 200},
    Row{"fallback", Code::permission_denied,  "error",    "failed",    403},   // a refusal is passed on, never routed around
    Row{"fallback", Code::invalid_argument,   "fallback", "completed", 200}));

TEST(NodeFault, ACancelledModelEndsTheTurnWithoutAFallback) {
    support::ScriptedModel model{{break_off(Code::cancelled)}};
    const auto events = Policy{"fallback", model}.turn();
    EXPECT_EQ(npc_status(events), "cancelled");
    EXPECT_EQ(support::deltas_of(events), "");
    EXPECT_EQ(events.back().type, "failed");
}

TEST(NodeFault, ARequestMayForbidTheFallback) {
    support::ScriptedModel model{{break_off(Code::unavailable)}};
    const auto answer = Policy{"fallback", model}.ask({{"use_fallback", false}});
    EXPECT_EQ(answer.status, 503);
    EXPECT_FALSE(answer.header("retry-after").empty());
}

TEST(NodeFault, AnUnansweredModelIsAskedAgainAsOftenAsConfigured) {
    support::ScriptedModel model{{break_off(Code::unavailable)}};
    Policy server{"fallback", model, 2};
    EXPECT_EQ(server.ask().status, 200);
    EXPECT_EQ(model.calls(), 3);
}

TEST(NodeFault, AModelThatBreaksOffInMidAnswerIsNotAskedAgainAndTheBeginningStands) {
    struct Case {
        const char* on_error;
        const char* ending;
    };
    for (const Case& row : {Case{"fail", "failed"}, Case{"skip", "completed"}, Case{"fallback", "completed"}}) {
        support::ScriptedModel model{{say("我们"), say("认为"), break_off(Code::unavailable)}};
        Policy server{row.on_error, model, 2};
        const auto events = server.turn();
        EXPECT_EQ(model.calls(), 1) << row.on_error;
        EXPECT_EQ(events.back().type, row.ending) << row.on_error;
        const std::string told = support::deltas_of(events);
        EXPECT_TRUE(told.starts_with("我们认为")) << row.on_error;
        EXPECT_EQ(text_of(events.back().json(), "npc_response"), told) << "what was told is what is kept";
    }
}

/// Every node's calls, counted; the workflow of the pack.
class Sweep : public ::testing::Test {
protected:
    Sweep() {
        const auto wrap = [this](agent::NodeSet& nodes, std::unique_ptr<agent::Node> node) {
            nodes.set(std::make_unique<support::FaultyNode>(std::move(node), faults));
        };
        server = std::make_unique<support::Server>(support::Server::Settings{}, [this, wrap](agent::NodeSet& nodes) {
            wrap(nodes, std::make_unique<agent::Intent>());
            wrap(nodes, std::make_unique<agent::Knowledge>());
            wrap(nodes, std::make_unique<agent::Npc>(model));
            wrap(nodes, std::make_unique<agent::Coach>());
            wrap(nodes, std::make_unique<agent::Compliance>());
        });
    }
    support::Loop loop;
    support::ScriptedModel model{{say("我们"), say("看重交期")}};
    support::Faults faults;
    std::unique_ptr<support::Server> server;
};

TEST_F(Sweep, EveryNodeCallMayFailOnce) {
    support::Client client{loop, server->port()};
    for (const Code code : {Code::unavailable, Code::deadline_exceeded, Code::internal, Code::cancelled, Code::permission_denied}) {
        for (int nth = 0;; ++nth) {
            SCOPED_TRACE(fmt::format("call {} fails with {}", nth, name(code)));
            const std::string session = client.open_session();
            faults.arm(nth, code);
            const auto events = client.stream_turn(session, "多少钱？").rest();
            const bool fired = faults.fired();
            ASSERT_FALSE(events.empty());
            const auto result = events.back().json();
            EXPECT_TRUE(events.back().type == "completed" || events.back().type == "failed") << events.back().type;
            EXPECT_EQ(text_of(result, "npc_response"), support::deltas_of(events));
            if (events.back().type == "completed") EXPECT_FALSE(text_of(result, "npc_response").empty());
            EXPECT_EQ(client.events(session, 1).rest(), events) << "the turn is told again as it was";
            faults.arm(1'000, code);
            EXPECT_EQ(client.say(session, "你好").at("turn_number"), 2) << "the session goes on";
            if (!fired) {
                EXPECT_EQ(nth, 5) << "five nodes, five calls";
                break;  // the sweep is complete
            }
        }
    }
}

TEST_F(Sweep, AFollowUpThatFailsStillEndsItsPromise) {
    support::Client client{loop, server->port()};
    const std::string session = client.open_session();
    faults.arm(4, Code::unavailable);  // intent, knowledge, npc and compliance come first
    const auto events = client.stream_turn(session, "多少钱？", {{"enable_async_coach", true}}).rest();
    EXPECT_TRUE(faults.fired());
    ASSERT_EQ(events.back().type, "coach_advice");
    EXPECT_TRUE(events.back().json().at("advice").is_null()) << "there is none, and the client hears so";
}
}  // namespace
}  // namespace rondo
