#include "support/server_test.hpp"

namespace rondo {
namespace {
using support::Answer;

class Feedback : public support::ServerTest {
protected:
    Answer rate(const boost::json::object& body, std::vector<net::Header> headers = {}) {
        return client.post("/api/v1/feedback/submit", body, std::move(headers));
    }
    boost::json::value rating(const std::string& session) {
        return now().get("/api/v1/sessions/" + session + "/messages").at("items").as_array().at(1).at("rating");
    }
};

TEST_F(Feedback, OfAKnownTurnIsMatchedAndShownBesideIt) {
    const std::string session = client.open_session();
    const Answer turn = client.say(session, "你好");
    EXPECT_TRUE(rating(session).is_null());
    const Answer given = rate({{"session_id", session}, {"turn_number", 1}, {"rating", 5}, {"decision_id", turn.text("decision_id")}});
    EXPECT_EQ(given.status, 200) << given.body;
    EXPECT_EQ(given.text("match"), "matched");
    EXPECT_EQ(rating(session), 5);
    restart();
    EXPECT_EQ(rating(session), 5);
}

TEST_F(Feedback, OfWhatIsNotKnownIsAcceptedUnmatched) {
    struct Row {
        const char* claim;
        boost::json::object body;
    };
    const std::string session = client.open_session();
    ASSERT_EQ(client.say(session, "你好").status, 200);
    for (const Row& row :
         {Row{"the quick start's body", {{"session_id", "test_123"}, {"turn_number", 1}, {"rating", 5}, {"intent", "greeting"}}},
          Row{"a turn that never was", {{"session_id", session}, {"turn_number", 9}, {"rating", 5}}},
          Row{"another decision", {{"session_id", session}, {"turn_number", 1}, {"rating", 5}, {"decision_id", "d_other"}}},
          Row{"with signals",
              {{"session_id", "abc123"},
               {"turn_number", 3},
               {"rating", 5},
               {"intent", "price_inquiry"},
               {"decision_id", "bandit_decision_xyz"},
               {"signals", {{"response_quality", 0.9}, {"latency_satisfaction", 0.8}}}}}}) {
        const Answer given = rate(row.body);
        EXPECT_EQ(given.status, 200) << row.claim << given.body;
        EXPECT_EQ(given.text("match"), "unmatched") << row.claim;
    }
}

TEST_F(Feedback, OutsideTheStarsIsRefused) {
    for (const int stars : {0, 6, -1}) EXPECT_EQ(rate({{"session_id", "s"}, {"turn_number", 1}, {"rating", stars}}).status, 422) << stars;
}

TEST_F(Feedback, OfOneKeyCountsOnce) {
    const std::string session = client.open_session();
    ASSERT_EQ(client.say(session, "你好").status, 200);
    const std::vector<net::Header> key{{"Idempotency-Key", "f-1"}};
    const Answer first = rate({{"session_id", session}, {"turn_number", 1}, {"rating", 2}}, key);
    EXPECT_EQ(rate({{"session_id", session}, {"turn_number", 1}, {"rating", 2}}, key).text("feedback_id"), first.text("feedback_id"));
}
}  // namespace
}  // namespace rondo
