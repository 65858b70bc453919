#include "support/scripted.hpp"
#include "support/server_test.hpp"

namespace rondo {
namespace {
using support::Answer;
using support::text_of;

class Branches : public support::ServerTest {
protected:
    Branches() : session{client.open_session({{"scenario", "sales-zh"}})} {}

    Answer regenerate(int turn, boost::json::object more = {}) {
        return now().send(support::Client::posting("/api/v1/sessions/" + session + "/turns/" + std::to_string(turn) + "/regenerate", more));
    }
    /// The user's messages on the path, each with its number: "1:你好 2:多少钱？ ".
    std::string path(const std::string& query = "") {
        const Answer page = now().get("/api/v1/sessions/" + session + "/messages" + query);
        if (page.status != 200) return page.body;
        std::string said;
        for (const auto& item : page.at("items").as_array()) {
            if (text_of(item, "role") == "user")
                said += std::to_string(item.at("turn_number").as_int64()) + ":" + text_of(item, "text") + " ";
        }
        return said;
    }
    boost::json::value siblings(int turn) {
        const Answer page = now().get("/api/v1/sessions/" + session + "/messages?leaf=" + std::to_string(turn));
        for (const auto& item : page.at("items").as_array()) {
            if (item.at("turn_number").as_int64() == turn) return item.at("siblings");
        }
        return nullptr;
    }

    std::string session;
};

TEST_F(Branches, AnEditedMessageIsASiblingAndTheOldPathStays) {
    for (const char* said : {"你好", "你们的产品有什么功能？", "多少钱？"}) ASSERT_EQ(client.say(session, said).status, 200);
    const Answer edited = client.say(session, "我是云鹰科技的小李", {{"parent_turn", 1}});
    ASSERT_EQ(edited.status, 200) << edited.body;
    EXPECT_EQ(edited.at("turn_number"), 4);
    EXPECT_EQ(edited.at("parent_turn"), 1);
    EXPECT_EQ(edited.text("stage"), "opening") << "the stages of turns 2 and 3 are not on this path";
    EXPECT_EQ(path(), "1:你好 4:我是云鹰科技的小李 ");
    EXPECT_EQ(path("?leaf=2"), "1:你好 2:你们的产品有什么功能？ 3:多少钱？ ");
    EXPECT_EQ(siblings(2), (boost::json::array{2, 4}));
    EXPECT_EQ(siblings(3), (boost::json::array{3}));
    const Answer next = client.say(session, "多少钱？");
    EXPECT_EQ(next.at("parent_turn"), 4) << "the newest turn is followed";
}

TEST_F(Branches, ThePathDecidesWhatIsRememberedAndWhereTheStageStands) {
    ASSERT_EQ(client.say(session, "你好").status, 200);
    ASSERT_EQ(client.say(session, "多少钱？").text("stage"), "negotiation");
    const Answer first = client.say(session, "你好", {{"parent_turn", 0}});
    EXPECT_EQ(first.at("parent_turn"), 0);
    EXPECT_EQ(first.text("stage"), "opening");
    EXPECT_LT(first.at("usage").at("input_tokens").as_int64(),
              client.say(session, "你好", {{"parent_turn", 2}}).at("usage").at("input_tokens").as_int64())
        << "less was said on the way to it";
}

TEST_F(Branches, RegeneratingGivesAnotherAnswerToTheSameMessage) {
    const Answer before = client.say(session, "你们的产品有什么功能？");
    const Answer again = regenerate(1);
    ASSERT_EQ(again.status, 200) << again.body;
    EXPECT_EQ(again.at("turn_number"), 2);
    EXPECT_EQ(again.at("parent_turn"), 0);
    EXPECT_NE(again.text("npc_response"), before.text("npc_response"));
    const Answer third = regenerate(2);
    EXPECT_NE(third.text("npc_response"), before.text("npc_response"));
    EXPECT_NE(third.text("npc_response"), again.text("npc_response"));
    EXPECT_EQ(path(), "3:你们的产品有什么功能？ ");
    EXPECT_EQ(siblings(1), (boost::json::array{1, 2, 3}));
}

TEST_F(Branches, ARepetitionIsNoSecondBranch) {
    ASSERT_EQ(client.say(session, "你好").status, 200);
    const boost::json::object named{{"message_id", "again"}};
    const Answer first = regenerate(1, named);
    EXPECT_EQ(regenerate(1, named).body, first.body);
    EXPECT_EQ(siblings(1), (boost::json::array{1, 2}));
}

TEST_F(Branches, SurviveARestart) {
    for (const char* said : {"你好", "多少钱？"}) ASSERT_EQ(client.say(session, said).status, 200);
    ASSERT_EQ(client.say(session, "我是云鹰科技的小李", {{"parent_turn", 1}}).status, 200);
    restart();
    EXPECT_EQ(path(), "1:你好 3:我是云鹰科技的小李 ");
    EXPECT_EQ(now().get("/api/v1/sessions/" + session).at("tip"), 3);
    EXPECT_EQ(now().say(session, "再见").at("parent_turn"), 3);
}

TEST_F(Branches, WhatIsNotThereIsRefused) {
    ASSERT_EQ(client.say(session, "你好").status, 200);
    const Answer unknown = client.say(session, "多少钱？", {{"parent_turn", 7}});
    EXPECT_EQ(unknown.status, 422);
    EXPECT_EQ(text_of(unknown.at("errors").as_array().at(0), "pointer"), "/parent_turn");
    EXPECT_EQ(regenerate(7).status, 404);
    EXPECT_EQ(now().get("/api/v1/sessions/" + session + "/messages?leaf=7").status, 404);
    EXPECT_EQ(now().get("/api/v1/sessions/" + session + "/messages?leaf=x").status, 422);
    EXPECT_EQ(path(), "1:你好 ") << "nothing of it was kept";
}

TEST(BranchAfterACrash, TheTurnGoesOnOnItsOwnPath) {
    support::Loop loop;
    support::ScriptedModel model{{support::say("一"), support::wait_for_gate(), support::say("二")}};
    support::Server server{{}, model.as_npc()};
    model.gate().open();
    std::string session;
    {
        support::Client client{loop, server.port()};
        session = client.open_session({{"scenario", "sales-zh"}});
        ASSERT_EQ(client.say(session, "你好").status, 200);
        ASSERT_EQ(client.say(session, "多少钱？").status, 200);
        model.gate().shut();
        auto stream = client.stream_turn(session, "我是云鹰科技的小李", {{"parent_turn", 1}});
        ASSERT_TRUE(support::find_event(stream.until("delta"), "delta"));
        server.stop();
    }
    model.gate().open();
    server.start();
    support::Client client{loop, server.port()};
    const auto events = client.events(session, 3).rest();
    ASSERT_FALSE(events.empty());
    const auto result = events.back().json();
    EXPECT_EQ(result.at("parent_turn"), 1);
    EXPECT_EQ(text_of(result, "stage"), "opening");
    EXPECT_EQ(text_of(result, "npc_response"), "一二");
}
}  // namespace
}  // namespace rondo
