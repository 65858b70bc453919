#include "edge/gateway/codec.hpp"

#include "unit/talk/scenario/pack_fixture.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace rondo::gateway {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;
using std::chrono::microseconds;

TEST(Answers, ASessionShowsItsOwnPersonaOrThePacks) {
    const scenario::PackFolder folder;
    const turn::Scenario scenario{.pack = folder.load(), .intents = {}, .graph = {}, .workflow_source = "pack"};
    turn::StoredSession session;
    session.created = {.tenant = "acme",
                       .user = "ada",
                       .id = "s_1",
                       .scenario = "tiny",
                       .persona_name = {},
                       .persona_role = "buyer",
                       .stage = "start",
                       .title = "Hello",
                       .at = WallTime{microseconds{0}}};
    session.turns = 2;
    session.updated_at = WallTime{microseconds{1'500'000}};
    EXPECT_EQ(
        session_json(session, &scenario),
        boost::json::parse(R"({"session_id":"s_1","user_id":"ada","scenario":"tiny","persona":{"name":"Ada","role":"buyer"},"stage":"start",
                  "opening":"Hello Sam, I am Ada.","language":"en","title":"Hello","turns":2,"tip":2,"created_at":"1970-01-01T00:00:00.000Z",
                  "updated_at":"1970-01-01T00:00:01.500Z"})")
            .as_object());
    const auto orphan = session_json(session, nullptr);
    EXPECT_TRUE(orphan.at("opening").is_null()) << "its pack is no longer installed";
    EXPECT_EQ(orphan.at("persona"), (value{{"name", ""}, {"role", "buyer"}}));
}

turn::StoredTurn ended(std::string result) {
    turn::StoredTurn turn{.number = 3,
                          .parent = 1,
                          .state = turn::State::completed,
                          .message_id = "m_1",
                          .user_message = "hi",
                          .record = {},
                          .advice = {},
                          .rating = {}};
    turn.record.emplace();
    turn.record->result = std::move(result);
    return turn;
}
array messages(const turn::StoredTurn& turn) {
    array items;
    append_messages(items, {turn, {2, turn.number}});
    return items;
}

TEST(Answers, ATurnIsTwoMessages) {
    auto turn = ended(R"({"npc_response":"Good day.","intent":"hello","coach_advice":"pending"})");
    auto items = messages(turn);
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(
        items[0],
        boost::json::parse(
            R"({"turn_number":3,"parent_turn":1,"siblings":[2,3],"role":"user","text":"hi","message_id":"m_1","created_at":"1970-01-01T00:00:00.000Z"})"));
    EXPECT_EQ(
        items[1].as_object(),
        boost::json::parse(R"({"role":"npc","text":"Good day.","intent":"hello","coach_advice":"pending","siblings":[2,3],"rating":null,
        "created_at":"1970-01-01T00:00:00.000Z"})")
            .as_object());
    turn.advice = R"({"text":"Ask."})";
    turn.rating = 4;
    items = messages(turn);
    EXPECT_EQ(items[1].at("coach_advice"), (value{{"text", "Ask."}})) << "what came later takes the place of `pending`";
    EXPECT_EQ(items[1].at("rating"), value(4));
}

TEST(Answers, ARunningTurnIsTheUsersMessageAlone) {
    turn::StoredTurn turn;
    turn.number = 1;
    EXPECT_EQ(messages(turn).size(), 1U);
}

TEST(Answers, ADamagedResultIsAnEmptyText) { EXPECT_EQ(messages(ended("{")).at(1).at("text"), value("")); }

struct Reward {
    std::int64_t rating;
    double reward;
};
class FeedbackJsonTest : public testing::TestWithParam<Reward> {};
TEST_P(FeedbackJsonTest, StarsAreARewardFromMinusOneToOne) {
    turn::FeedbackGiven given;
    given.rating = GetParam().rating;
    given.matched = true;
    const auto json = feedback_json(given);
    EXPECT_EQ(json.at("reward").as_double(), GetParam().reward);
    EXPECT_EQ(json.at("match"), value("matched"));
}
INSTANTIATE_TEST_SUITE_P(Answers, FeedbackJsonTest, testing::Values(Reward{1, -1}, Reward{2, -0.5}, Reward{3, 0}, Reward{4, 0.5}, Reward{5, 1}));

struct Row {
    const char* claim;
    const char* result;
    Code code;
    const char* message;
};
class FailedTurnTest : public testing::TestWithParam<Row> {};
TEST_P(FailedTurnTest, ReadsItsErrorBack) {
    const auto error = failed_turn(GetParam().result);
    EXPECT_EQ(error.code, GetParam().code) << GetParam().claim;
    EXPECT_EQ(error.message, GetParam().message) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Answers, FailedTurnTest, testing::Values(
    Row{"as it was written",      R"({"error":{"code":"deadline_exceeded","message":"too slow"}})", Code::deadline_exceeded, "too slow"},
    Row{"the last code of all",   R"({"error":{"code":"insufficient_storage","message":"full"}})", Code::insufficient_storage, "full"},
    Row{"an unknown code",        R"({"error":{"code":"odd","message":"m"}})", Code::internal, "m"},
    Row{"without a message",      R"({"error":{"code":"unavailable"}})", Code::unavailable, "the turn failed"},
    Row{"without an error",       "{}", Code::internal, "the turn failed"},
    Row{"an error of another type", R"({"error":"x"})", Code::internal, "the turn failed"},
    Row{"no JSON",                "", Code::internal, "the turn failed"}));
}  // namespace
}  // namespace rondo::gateway
