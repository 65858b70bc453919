#include "support/server_test.hpp"

#include <fmt/format.h>

#include <fstream>

namespace rondo {
namespace {
using support::Answer;
using support::text_of;

class Conversation : public support::ServerTest {};

TEST_F(Conversation, TheThreeFoundingMessagesAreUnderstoodInOneSession) {
    struct Row {
        const char* message;
        const char* intent;
    };
    const std::string session = client.open_session({{"scenario", "sales-zh"}});
    std::int64_t number = 0;
    for (const Row& row : {Row{"你好", "greeting"}, Row{"你们的产品有什么功能？", "product_inquiry"}, Row{"多少钱？", "price_inquiry"}}) {
        const Answer answer = client.say(session, row.message);
        ASSERT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(answer.text("intent"), row.intent) << row.message;
        EXPECT_EQ(answer.at("turn_number"), ++number);
    }
}

TEST_F(Conversation, ASessionThatNamesNoScenarioIsInTheDefaultOne) {
    const Answer created = client.post("/api/v1/sessions", boost::json::object{});
    EXPECT_EQ(created.status, 201);
    EXPECT_EQ(created.text("scenario"), "sales-zh");
    EXPECT_FALSE(created.text("opening").empty());
}

TEST_F(Conversation, APersonaOfTheClientsChoiceIsKept) {
    const std::string id =
        client.open_session({{"session_id", "with-persona"}, {"user_id", "u1"}, {"persona", {{"name", "李总"}, {"role", "总经理"}}}});
    const Answer session = client.get("/api/v1/sessions/" + id);
    EXPECT_EQ(session.text("session_id"), "with-persona");
    EXPECT_EQ(session.text("user_id"), "u1");
    EXPECT_EQ(text_of(session.at("persona"), "name"), "李总");
    EXPECT_EQ(text_of(session.at("persona"), "role"), "总经理");
}

TEST_F(Conversation, TheResultHasEveryPromisedMemberInItsType) {
    using boost::json::kind;
    struct Row {
        const char* pointer;
        kind type;
    };
    const Answer answer = client.say(client.open_session(), "你们的产品有什么功能？", {{"message_id", "m-1"}});
    ASSERT_EQ(answer.status, 200) << answer.body;
    for (const Row& row :
         {Row{"/session_id", kind::string}, Row{"/turn_number", kind::int64}, Row{"/message_id", kind::string},
          Row{"/status", kind::string}, Row{"/npc_response", kind::string}, Row{"/intent", kind::string}, Row{"/stage", kind::string},
          Row{"/coach_advice/text", kind::string}, Row{"/compliance/risk_level", kind::string}, Row{"/usage/input_tokens", kind::int64},
          Row{"/usage/output_tokens", kind::int64}, Row{"/cost/micros", kind::int64}, Row{"/cost/currency", kind::string},
          Row{"/model", kind::string}, Row{"/decision_id", kind::string}, Row{"/bandit_decision", kind::null},
          Row{"/trace_id", kind::string}}) {
        boost::system::error_code ec;
        const auto* value = answer.json.find_pointer(row.pointer, ec);
        ASSERT_TRUE(value) << row.pointer;
        EXPECT_EQ(value->kind(), row.type) << row.pointer << " in " << answer.body;
    }
    // Whole numbers may come without a fraction.
    for (const char* pointer : {"/confidence", "/ttft_ms", "/compliance/score"}) {
        boost::system::error_code ec;
        const auto* value = answer.json.find_pointer(pointer, ec);
        ASSERT_TRUE(value) << pointer;
        EXPECT_TRUE(value->is_number()) << pointer;
    }
    EXPECT_EQ(answer.text("status"), "completed");
    EXPECT_EQ(answer.text("message_id"), "m-1");
    EXPECT_GT(answer.json.at_pointer("/usage/output_tokens").as_int64(), 0);
}

TEST_F(Conversation, TheClientsTraceIsContinued) {
    const auto request = [&](const char* traceparent) {
        auto posting = support::Client::turn_request(client.open_session(), "你好");
        posting.headers.push_back({"traceparent", traceparent});
        return client.send(std::move(posting)).text("trace_id");
    };
    EXPECT_EQ(request("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), "0af7651916cd43dd8448eb211c80319c");
    const std::string own = request("00-zz-not-a-trace-01");
    EXPECT_EQ(own.size(), 32U) << "a trace nobody can read is replaced by one of ours";
}

TEST_F(Conversation, ATurnNumberIsRefusedUnlessItIsTheNextOne) {
    const std::string session = client.open_session();
    EXPECT_EQ(client.say(session, "你好", {{"turn_number", 2}}).text("code"), "TURN_NUMBER_CONFLICT");
    EXPECT_EQ(client.say(session, "你好", {{"turn_number", 1}}).status, 200);
    EXPECT_EQ(client.say(session, "你好", {{"turn_number", 1}}).status, 409);
}

TEST_F(Conversation, TheSameSessionSaysTheSameOnAnotherServer) {
    support::Server elsewhere;
    support::Client other{loop, elsewhere.port()};
    for (support::Client* at : {&client, &other}) ASSERT_EQ(at->open_session({{"session_id", "same"}}), "same");
    for (const char* message : {"你好", "多少钱？"}) {
        EXPECT_EQ(client.say("same", message).text("npc_response"), other.say("same", message).text("npc_response")) << message;
    }
}

TEST_F(Conversation, ARestartForgetsNothing) {
    const std::string session = client.open_session();
    const Answer first = client.say(session, "你好");
    restart();
    EXPECT_EQ(now().say(session, "多少钱？").at("turn_number"), 2);
    const auto items = now().get("/api/v1/sessions/" + session + "/messages").at("items").as_array();
    ASSERT_EQ(items.size(), 4U);
    EXPECT_EQ(text_of(items[0], "text"), "你好");
    EXPECT_EQ(text_of(items[1], "text"), first.text("npc_response"));
}

struct Transcript {
    const char* scenario;
    const char* file;
};

class TranscriptTest : public support::ServerTest, public ::testing::WithParamInterface<Transcript> {};
TEST_P(TranscriptTest, GivesTwelveCompletedTurnsWithAnswersAndAdvice) {
    const auto& [scenario, file] = GetParam();
    std::ifstream lines{fmt::format("{}/scenarios/{}/transcripts/{}", RONDO_SOURCE_DIR, scenario, file)};
    ASSERT_TRUE(lines) << file;
    const std::string session = client.open_session({{"scenario", scenario}});
    int turns = 0;
    for (std::string line; std::getline(lines, line);) {
        const Answer answer = client.say(session, line);
        ASSERT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(answer.text("status"), "completed");
        EXPECT_FALSE(answer.text("npc_response").empty()) << line;
        EXPECT_FALSE(text_of(answer.at("coach_advice"), "text").empty()) << line;
        ++turns;
    }
    EXPECT_EQ(turns, 12);
}
INSTANTIATE_TEST_SUITE_P(Shipped, TranscriptTest, ::testing::Values(
    Transcript{"sales-zh",   "first-meeting.txt"},
    Transcript{"sales-en",   "first-meeting.txt"},
    Transcript{"feynman-zh", "buoyancy.txt"},
    Transcript{"feynman-en", "photosynthesis.txt"}));
}  // namespace
}  // namespace rondo
