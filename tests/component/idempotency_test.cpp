#include "support/scripted.hpp"
#include "support/server_test.hpp"

#include <array>

namespace rondo {
namespace {
using support::Answer;
using support::Client;

std::size_t messages(Client& client, const std::string& session) {
    return client.get("/api/v1/sessions/" + session + "/messages").at("items").as_array().size();
}

class Idempotency : public support::ServerTest {};

TEST_F(Idempotency, TheSameMessageIdAndBodyGetTheSameAnswer) {
    const std::string session = client.open_session();
    const Answer first = client.say(session, "你好", {{"message_id", "m-1"}});
    EXPECT_TRUE(first.header("idempotent-replay").empty());
    const Answer second = client.say(session, "你好", {{"message_id", "m-1"}});
    EXPECT_EQ(second.status, 200);
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(second.header("idempotent-replay"), "true");
    EXPECT_EQ(messages(client, session), 2U);
}

TEST_F(Idempotency, AlsoAfterLaterTurnsAndARestart) {
    const std::string session = client.open_session();
    const Answer first = client.say(session, "你好", {{"message_id", "m-1"}});
    ASSERT_EQ(client.say(session, "多少钱？").status, 200);
    restart();
    EXPECT_EQ(now().say(session, "你好", {{"message_id", "m-1"}}).body, first.body);
    EXPECT_EQ(messages(now(), session), 4U);
}

TEST_F(Idempotency, AnotherBodyUnderTheSameIdIsRefused) {
    struct Row {
        const char* claim;
        const char* message;
        boost::json::object more;
    };
    const std::string session = client.open_session();
    ASSERT_EQ(client.say(session, "你好", {{"message_id", "m-1"}}).status, 200);
    for (const Row& row : {Row{"another message", "多少钱？", {}}, Row{"another coach", "你好", {{"enable_async_coach", true}}},
                           Row{"another number", "你好", {{"turn_number", 1}}}}) {
        auto more = row.more;
        more["message_id"] = "m-1";
        const Answer answer = client.say(session, row.message, more);
        EXPECT_EQ(answer.status, 422) << row.claim;
        EXPECT_EQ(answer.text("code"), "IDEMPOTENCY_MISMATCH") << row.claim;
    }
    EXPECT_EQ(messages(client, session), 2U);
}

TEST_F(Idempotency, TheHeaderDoesTheSameAsTheMessageId) {
    const std::string session = client.open_session();
    const auto keyed = [&](const char* message) {
        auto request = Client::turn_request(session, message);
        request.headers.push_back({"Idempotency-Key", "k-1"});
        return client.send(std::move(request));
    };
    const Answer first = keyed("你好");
    EXPECT_EQ(keyed("你好").body, first.body);
    EXPECT_EQ(keyed("多少钱？").status, 422);
}

TEST_F(Idempotency, TheSameIdInAnotherSessionIsAnotherTurn) {
    for (int i = 0; i < 2; ++i) {
        const Answer answer = client.say(client.open_session(), "你好", {{"message_id", "m-1"}});
        EXPECT_EQ(answer.status, 200);
        EXPECT_TRUE(answer.header("idempotent-replay").empty());
    }
}

TEST_F(Idempotency, ASessionIsCreatedOnceByItsIdOrItsKey) {
    EXPECT_EQ(client.post("/api/v1/sessions", {{"session_id", "mine"}}).status, 201);
    EXPECT_EQ(client.post("/api/v1/sessions", {{"session_id", "mine"}}).status, 200);
    EXPECT_EQ(client.post("/api/v1/sessions", {{"session_id", "mine"}, {"scenario", "feynman-en"}}).status, 409);
    const std::vector<net::Header> key{{"Idempotency-Key", "k-1"}};
    const Answer made = client.post("/api/v1/sessions", boost::json::object{}, key);
    EXPECT_EQ(client.post("/api/v1/sessions", boost::json::object{}, key).text("session_id"), made.text("session_id"));
}

TEST(IdempotencyAtOnce, SixteenRequestsWithOneIdMakeOneTurn) {
    support::Loop loop;
    support::ScriptedModel model{{support::say("一"), support::wait_for_gate(), support::say("二")}};
    support::Server server{{}, model.as_npc()};
    Client watcher{loop, server.port()};
    const std::string session = watcher.open_session();
    const boost::json::object key{{"message_id", "m-1"}};

    std::array<std::optional<Answer>, 16> answers;
    std::vector<std::unique_ptr<Client>> clients;
    for (auto& answer : answers) {
        clients.push_back(std::make_unique<Client>(loop, server.port()));
        clients.back()->send_meanwhile(Client::turn_request(session, "你好", key), answer);
    }
    // One of our own joins them and sees the turn run before anybody has an answer.
    auto joined = watcher.stream_turn(session, "你好", key);
    joined.until("delta");
    for (const auto& answer : answers) EXPECT_FALSE(answer);
    model.gate().open();
    loop.finish();
    for (const auto& answer : answers) {
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 200) << answer->body;
        EXPECT_EQ(answer->body, answers.front()->body);
        EXPECT_EQ(answer->text("npc_response"), "一二");
    }
    EXPECT_EQ(joined.rest().back().data, answers.front()->body);
    EXPECT_EQ(messages(watcher, session), 2U);
    EXPECT_EQ(model.calls(), 1);
}
}  // namespace
}  // namespace rondo
