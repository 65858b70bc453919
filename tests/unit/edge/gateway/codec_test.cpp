#include "edge/gateway/codec.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace rondo::gateway {
namespace {
/// "pointer message" for each fault, or the reason of a text that is no JSON, or "" when it was taken.
template <class T>
std::string refusal(const Result<T>& request) {
    if (request) return "";
    EXPECT_EQ(request.error().code, Code::invalid_argument);
    if (request.error().faults.empty()) return request.error().reason;
    std::string all;
    for (const auto& fault : request.error().faults) all += (all.empty() ? "" : "; ") + fault.path + " " + fault.message;
    return all;
}
constexpr const char* kIdRule = "must be 1 to 128 characters of A-Z a-z 0-9 . _ : -";
std::string long_text(std::size_t bytes) { return std::string(bytes, 'a'); }

struct Row {
    const char* claim;
    std::string body;
    std::string refused;
};

class SessionRequestTest : public testing::TestWithParam<Row> {};
TEST_P(SessionRequestTest, Refusal) { EXPECT_EQ(refusal(session_request(GetParam().body)), GetParam().refused) << GetParam().claim; }
INSTANTIATE_TEST_SUITE_P(Codec, SessionRequestTest, testing::Values(
    Row{"an empty body asks for the defaults",  "", ""},
    Row{"so does an empty object",              "{}", ""},
    Row{"null is absent",                       R"({"scenario":null,"persona":null})", ""},
    Row{"everything at once",                   R"({"session_id":"s.1_:-","user_id":"ada","scenario":"tiny","persona":{"name":"张","role":""}})", ""},
    Row{"malformed text",                       R"({"scenario":)", "MALFORMED_JSON"},
    Row{"text after the object",                "{} {}", "MALFORMED_JSON"},
    Row{"invalid UTF-8",                        "{\"scenario\":\"\xff\"}", "INVALID_UTF8"},
    Row{"too deep",                             std::string(70, '[') + std::string(70, ']'), "TOO_DEEP"},
    Row{"an array",                             "[]", " must be a JSON object"},
    Row{"an unknown field",                     R"({"scenari":"x"})", "/scenari is not a known field"},
    Row{"an unknown field inside",              R"({"persona":{"age":3}})", "/persona/age is not a known field"},
    Row{"a pointer is escaped",                 R"({"a/b~c":1})", "/a~1b~0c is not a known field"},
    Row{"a blank in an id",                     R"({"session_id":"a b"})", std::string{"/session_id "} + kIdRule},
    Row{"an id of 129",                         R"({"user_id":")" + long_text(129) + "\"}", "/user_id must be at most 128 bytes"},
    Row{"a name that is too long",              R"({"persona":{"name":")" + long_text(201) + "\"}}", "/persona/name must be at most 200 bytes"},
    Row{"wrong types",                          R"({"scenario":1,"persona":[]})", "/scenario must be a string; /persona must be an object"}));

TEST(Codec, ASessionRequestIsTakenWhole) {
    const auto wanted =
        session_request(R"({"session_id":"s_1","user_id":"ada","scenario":"tiny","persona":{"name":"Bob","role":"buyer"}})");
    ASSERT_TRUE(wanted);
    EXPECT_EQ(wanted->id, "s_1");
    EXPECT_EQ(wanted->user, "ada");
    EXPECT_EQ(wanted->scenario, "tiny");
    EXPECT_EQ(wanted->persona_name, "Bob");
    EXPECT_EQ(wanted->persona_role, "buyer");
}

class TurnRequestTest : public testing::TestWithParam<Row> {};
TEST_P(TurnRequestTest, Refusal) { EXPECT_EQ(refusal(turn_request(GetParam().body, "s_1", "")), GetParam().refused) << GetParam().claim; }
INSTANTIATE_TEST_SUITE_P(Codec, TurnRequestTest, testing::Values(
    Row{"a message is enough",          R"({"user_message":"你好"})", ""},
    Row{"the longest message",          R"({"user_message":")" + long_text(kMaxMessageBytes) + "\"}", ""},
    Row{"one byte more",                R"({"user_message":")" + long_text(kMaxMessageBytes + 1) + "\"}", "/user_message must be at most 32768 bytes"},
    Row{"no body",                      "", "MALFORMED_JSON"},
    Row{"no message",                   "{}", "/user_message is required"},
    Row{"null is no message",           R"({"user_message":null})", "/user_message is required"},
    Row{"a blank message",              R"({"user_message":" \n\t"})", "/user_message must not be empty"},
    Row{"a number as message",          R"({"user_message":5})", "/user_message must be a string"},
    Row{"turns count from 1",           R"({"user_message":"a","turn_number":0})", "/turn_number must be an integer from 1 to 1000000"},
    Row{"half a turn",                  R"({"user_message":"a","turn_number":1.5})", "/turn_number must be an integer from 1 to 1000000"},
    Row{"a word as flag",               R"({"user_message":"a","use_fallback":"no"})", "/use_fallback must be true or false"},
    Row{"a bad message id",             R"({"user_message":"a","message_id":"ä"})", std::string{"/message_id "} + kIdRule},
    Row{"all faults at once",           R"({"turn_number":"1","stream":true})",
        "/user_message is required; /turn_number must be an integer from 1 to 1000000; /stream is not a known field"}));

TEST(Codec, ATurnRequestIsTakenWhole) {
    const auto request = turn_request(
        R"({"user_message":" hi ","turn_number":4,"enable_async_coach":true,"use_fallback":false,"message_id":"m"})", "s_1", "k");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->session, SessionId{"s_1"});
    EXPECT_EQ(request->user_message, " hi ") << "as it was written";
    EXPECT_EQ(request->turn_number, 4);
    EXPECT_TRUE(request->enable_async_coach);
    EXPECT_FALSE(request->use_fallback);
    EXPECT_EQ(request->message_id, "m");
    EXPECT_EQ(request->idempotency_key, "k");
    EXPECT_EQ(refusal(turn_request(R"({"user_message":"a"})", "s_1", "a b")), std::string{"Idempotency-Key "} + kIdRule);
}

class FeedbackRequestTest : public testing::TestWithParam<Row> {};
TEST_P(FeedbackRequestTest, Refusal) { EXPECT_EQ(refusal(feedback_request(GetParam().body)), GetParam().refused) << GetParam().claim; }
INSTANTIATE_TEST_SUITE_P(Codec, FeedbackRequestTest, testing::Values(
    Row{"the least",                R"({"session_id":"s","turn_number":1,"rating":5})", ""},
    Row{"everything",               R"({"session_id":"s","turn_number":1,"rating":1,"intent":"x","decision_id":"d","comment":"c","signals":{"a":1,"b":0.5}})", ""},
    Row{"nothing",                  "{}", "/session_id is required; /turn_number is required; /rating is required"},
    Row{"an empty session id",      R"({"session_id":"","turn_number":1,"rating":5})", std::string{"/session_id "} + kIdRule},
    Row{"six stars",                R"({"session_id":"s","turn_number":1,"rating":6})", "/rating must be an integer from 1 to 5"},
    Row{"a signal that is no number", R"({"session_id":"s","turn_number":1,"rating":5,"signals":{"a/b":"x"}})", "/signals/a~1b must be a number"},
    Row{"signals that are no object", R"({"session_id":"s","turn_number":1,"rating":5,"signals":[1]})", "/signals must be an object"},
    Row{"a long comment",           R"({"session_id":"s","turn_number":1,"rating":5,"comment":")" + long_text(4'001) + "\"}",
        "/comment must be at most 4000 bytes"}));

TEST(Codec, AtMost32Signals) {
    boost::json::object signals;
    for (int i = 0; i < 33; ++i) signals["s" + std::to_string(i)] = i;
    const auto body = [&] {
        return boost::json::serialize(boost::json::value{{"session_id", "s"}, {"turn_number", 1}, {"rating", 5}, {"signals", signals}});
    };
    EXPECT_EQ(refusal(feedback_request(body())), "/signals must have at most 32 members");
    signals.erase("s0");
    ASSERT_TRUE(feedback_request(body()));
    EXPECT_EQ(boost::json::parse(feedback_request(body())->signals), signals);
}

class PagingTest : public testing::TestWithParam<Row> {};
TEST_P(PagingTest, Refusal) {
    net::Request request;
    request.query = GetParam().body;
    EXPECT_EQ(refusal(paging(request)), GetParam().refused) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Codec, PagingTest, testing::Values(
    Row{"the default",            "", ""},
    Row{"both",                   "limit=200&cursor=17", ""},
    Row{"other words are ours to ignore", "x=1", ""},
    Row{"no items",               "limit=0", "limit must be an integer from 1 to 200"},
    Row{"too many",               "limit=201", "limit must be an integer from 1 to 200"},
    Row{"a word",                 "limit=all", "limit must be an integer from 1 to 200"},
    Row{"a number and more",      "limit=5x", "limit must be an integer from 1 to 200"},
    Row{"a cursor nobody gave",   "cursor=-1", "cursor must be the `next` of an earlier page"},
    Row{"both wrong",             "limit=&cursor=99999999999999999999",
        "limit must be an integer from 1 to 200; cursor must be the `next` of an earlier page"}));

struct Segment {
    const char* text;
    std::optional<std::int64_t> number;
};
class TurnNumberTest : public testing::TestWithParam<Segment> {};
TEST_P(TurnNumberTest, Segment) {
    const auto number = turn_number(GetParam().text);
    EXPECT_EQ(number ? std::optional{*number} : std::nullopt, GetParam().number) << GetParam().text;
    if (!number) EXPECT_EQ(number.error().code, Code::not_found);
}
INSTANTIATE_TEST_SUITE_P(Codec, TurnNumberTest, testing::Values(Segment{"1", 1}, Segment{"9007199254740993", 9007199254740993}, Segment{"0", {}},
    Segment{"-1", {}}, Segment{"+1", {}}, Segment{"1.0", {}}, Segment{"", {}}, Segment{"x", {}}, Segment{"99999999999999999999", {}}));
}  // namespace
}  // namespace rondo::gateway
