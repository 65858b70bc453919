#include "support/scripted.hpp"
#include "support/server_test.hpp"

namespace rondo {
namespace {
using support::Answer;
using support::text_of;

const boost::json::object kAsync{{"enable_async_coach", true}};

class Coach : public support::ServerTest {
protected:
    Coach() : Coach{std::make_shared<support::Gate>()} {}
    explicit Coach(std::shared_ptr<support::Gate> gate)
        : ServerTest{{},
                     [gate](agent::NodeSet& nodes) {
                         nodes.set(std::make_unique<support::GatedNode>(std::make_unique<agent::Coach>(), *gate));
                     }},
          gate_{std::move(gate)} {}

    /// The npc's message of the first turn.
    boost::json::value first_answer(const std::string& session) {
        return now().get("/api/v1/sessions/" + session + "/messages").at("items").as_array().at(1);
    }

    std::shared_ptr<support::Gate> gate_;
};

TEST_F(Coach, AnAsyncAnswerDoesNotWaitForTheAdviceWhichFollowsAsAnEvent) {
    const std::string session = client.open_session();
    const Answer answer = client.say(session, "你好", kAsync);  // comes although the coach is still held
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.at("coach_advice"), "pending");
    auto stream = client.events(session, 1);
    ASSERT_TRUE(support::find_event(stream.until("completed"), "completed"));
    gate_->open();
    const auto later = stream.rest();
    ASSERT_EQ(later.size(), 1U);
    EXPECT_EQ(later[0].type, "coach_advice");
    const auto advice = later[0].json();
    EXPECT_EQ(text_of(advice, "session_id"), session);
    EXPECT_EQ(advice.at("turn_number"), 1);
    EXPECT_FALSE(text_of(advice, "task_id").empty());
    EXPECT_FALSE(text_of(advice.at("advice"), "text").empty());
    EXPECT_EQ(first_answer(session).at("coach_advice"), advice.at("advice")) << "and stands in the history from then on";
}

TEST_F(Coach, ASecondTurnMayBeginBeforeTheAdviceOfTheFirstIsThere) {
    const std::string session = client.open_session();
    ASSERT_EQ(client.say(session, "你好", kAsync).status, 200);
    EXPECT_EQ(client.say(session, "多少钱？", kAsync).at("turn_number"), 2);
    gate_->open();
    EXPECT_EQ(client.events(session, 2).rest().back().type, "coach_advice");
}

TEST_F(Coach, AdviceOwedWhenTheServerDiesIsGivenByTheNextOne) {
    const std::string session = client.open_session();
    ASSERT_EQ(client.say(session, "你好", kAsync).at("coach_advice"), "pending");
    restart();
    EXPECT_EQ(first_answer(session).at("coach_advice"), "pending");
    gate_->open();
    server.app().drain();  // waits for the follow-ups
    restart();
    EXPECT_TRUE(first_answer(session).at("coach_advice").is_object());
}

TEST_F(Coach, AListenerWhoComesAfterTheRestartHearsTheTurnAgainAndThenTheAdvice) {
    const std::string session = client.open_session();
    auto first = client.stream_turn(session, "你好", kAsync);
    const auto before = first.until("completed");
    restart();
    support::Client& listener = now();
    auto stream = listener.events(session, 1);
    EXPECT_EQ(stream.until("completed"), before) << "the same events under the same ids";
    gate_->open();
    const auto later = stream.rest();
    ASSERT_EQ(later.size(), 1U);
    EXPECT_EQ(later[0].type, "coach_advice");
    EXPECT_EQ(listener.events(session, 1, before.back().id).rest(), later) << "also told from the tables";
}

TEST_F(Coach, AListenerWhoComesAfterTheNextTurnBeganStillHearsTheAdvice) {
    const std::string session = client.open_session();
    ASSERT_EQ(client.say(session, "你好", kAsync).status, 200);
    ASSERT_EQ(client.say(session, "多少钱？", kAsync).status, 200);
    auto stream = client.events(session, 1);
    ASSERT_TRUE(support::find_event(stream.until("completed"), "completed"));
    gate_->open();
    EXPECT_EQ(stream.rest().back().type, "coach_advice");
}

TEST_F(Coach, WithoutTheFlagTheAdviceIsPartOfTheAnswer) {
    gate_->open();
    const Answer answer = client.say(client.open_session(), "你好");
    EXPECT_FALSE(text_of(answer.at("coach_advice"), "text").empty());
}
}  // namespace
}  // namespace rondo
