#include "support/scripted.hpp"
#include "support/server_test.hpp"

namespace rondo {
namespace {
using support::Answer;
using support::Client;
using support::text_of;

/// A model that stops in mid-answer until the test lets it go on; the second connection is the one that interferes.
class BusyTest : public ::testing::Test {
protected:
    void begin(support::Server::Settings settings = {}) {
        server = std::make_unique<support::Server>(std::move(settings), model.as_npc());
        first = std::make_unique<Client>(loop, server->port());
        second = std::make_unique<Client>(loop, server->port());
        session = first->open_session();
    }
    Answer stop(std::int64_t turn) {
        return second->post("/api/v1/sessions/" + session + "/turns/" + std::to_string(turn) + "/stop", boost::json::object{});
    }

    support::Loop loop;
    support::ScriptedModel model{{support::say("我们"), support::say("看重"), support::wait_for_gate(), support::say("交期")}};
    std::unique_ptr<support::Server> server;
    std::unique_ptr<Client> first, second;
    std::string session;
};

TEST_F(BusyTest, ASecondDifferentTurnIsRefusedWhileOneRuns) {
    begin();
    auto stream = first->stream_turn(session, "你好");
    stream.until("delta");
    const Answer refused = second->say(session, "多少钱？");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.text("detail"), "Another request is processing");
    EXPECT_EQ(second->get("/api/v1/sessions/" + session).at("running_turn"), 1);
    model.gate().open();
    EXPECT_EQ(stream.rest().back().type, "completed");
    EXPECT_EQ(second->say(session, "多少钱？").at("turn_number"), 2) << "and welcome afterwards";
}

TEST_F(BusyTest, OrWaitsItsTurnWhenSoConfigured) {
    begin({{"turn.busy", "queue"}});
    auto stream = first->stream_turn(session, "你好");
    stream.until("delta");
    std::optional<Answer> later;
    second->send_meanwhile(Client::turn_request(session, "多少钱？"), later);
    Client third{loop, server->port()};
    EXPECT_EQ(third.get("/api/v1/sessions/" + session).at("turns"), 1);
    EXPECT_FALSE(later);
    model.gate().open();
    EXPECT_EQ(stream.rest().back().type, "completed");
    loop.finish();
    ASSERT_TRUE(later);
    EXPECT_EQ(later->status, 200) << later->body;
    EXPECT_EQ(later->at("turn_number"), 2);
}

TEST_F(BusyTest, StopKeepsThePartialAnswerAndTheNextTurnWorks) {
    begin();
    auto stream = first->stream_turn(session, "你好");
    auto events = stream.until("delta");
    while (support::deltas_of(events) != "我们看重") events.push_back(stream.next().value());
    EXPECT_EQ(stop(1).status, 202);
    const auto end = stream.rest().back();
    EXPECT_EQ(end.type, "completed");
    EXPECT_EQ(text_of(end.json(), "status"), "stopped");
    EXPECT_EQ(text_of(end.json(), "npc_response"), "我们看重");
    EXPECT_GT(end.json().at("usage").at("output_tokens").as_int64(), 0) << "what was said was also spent";
    const auto items = second->get("/api/v1/sessions/" + session + "/messages").at("items").as_array();
    EXPECT_EQ(text_of(items.at(1), "text"), "我们看重");
    model.gate().open();
    EXPECT_EQ(first->say(session, "多少钱？").text("npc_response"), "我们看重交期");
}

TEST_F(BusyTest, ATurnAskedForAsJsonAnswersWhatWasSaidUntilTheStop) {
    begin();
    std::optional<Answer> answer;
    first->send_meanwhile(Client::turn_request(session, "你好", {{"message_id", "m-1"}}), answer);
    auto listener = Client{loop, server->port()};
    auto joined = listener.stream_turn(session, "你好", {{"message_id", "m-1"}});
    joined.until("delta");
    joined.until("delta");
    EXPECT_EQ(stop(1).status, 202);
    loop.finish();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->text("npc_response"), "我们看重");
}

TEST_F(BusyTest, StoppingWhatHasEndedChangesNothingAndStoppingNothingIsNotFound) {
    begin();
    model.gate().open();
    const Answer answer = first->say(session, "你好");
    EXPECT_EQ(stop(1).status, 202);
    EXPECT_EQ(first->events(session, 1).rest().back().data, answer.body);
    EXPECT_EQ(stop(2).status, 404);
}

TEST_F(BusyTest, DeletingASessionStopsWhatRunsInIt) {
    begin();
    auto stream = first->stream_turn(session, "你好");
    stream.until("delta");
    EXPECT_EQ(second->send({.method = net::Method::delete_, .target = "/api/v1/sessions/" + session}).status, 204);
    EXPECT_EQ(text_of(stream.rest().back().json(), "status"), "stopped");
    EXPECT_EQ(second->get("/api/v1/sessions/" + session).status, 404);
}

TEST_F(BusyTest, ATurnPastItsDeadlineFailsAndFreesTheSession) {
    begin({{"turn.deadline_ms", "100"}});
    const Answer late = first->say(session, "你好", {{"use_fallback", false}});
    EXPECT_EQ(late.status, 504) << late.body;
    EXPECT_EQ(late.text("code"), "DEADLINE_EXCEEDED");
    model.gate().open();
    EXPECT_EQ(first->say(session, "多少钱？").status, 200);
}

/// The embedded model at a pace that leaves time to stop it.
TEST(PacedStop, KeepsAPrefixOfWhatTheModelWasSaying) {
    support::Loop loop;
    support::Server server{{{"rehearsal.delta_pace_ms", "25"}}};
    Client client{loop, server.port()}, other{loop, server.port()};
    const std::string session = client.open_session();
    auto stream = client.stream_turn(session, "你们的产品有什么功能？");
    auto events = stream.until("delta");
    ASSERT_EQ(other.post("/api/v1/sessions/" + session + "/turns/1/stop", boost::json::object{}).status, 202);
    for (auto& event : stream.rest()) events.push_back(std::move(event));
    const auto result = events.back().json();
    EXPECT_EQ(text_of(result, "status"), "stopped");
    EXPECT_FALSE(text_of(result, "npc_response").empty());
    EXPECT_EQ(text_of(result, "npc_response"), support::deltas_of(events));
    EXPECT_EQ(client.say(session, "你好").text("status"), "completed");
}
}  // namespace
}  // namespace rondo
