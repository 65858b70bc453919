#include "support/server_test.hpp"

#include <fmt/format.h>

namespace rondo {
namespace {
using net::Method;
using support::Answer;

struct Row {
    const char* claim;
    net::ClientRequest request;
    int status;
    const char* code;
    const char* pointer{""};  ///< of the first fault, when there is one
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

net::ClientRequest turn(std::string body) {
    return {.method = Method::post, .target = "/api/v1/sessions/known/turns", .body = std::move(body)};
}
net::ClientRequest session(std::string body) { return {.method = Method::post, .target = "/api/v1/sessions", .body = std::move(body)}; }
net::ClientRequest feedback(std::string body) {
    return {.method = Method::post, .target = "/api/v1/feedback/submit", .body = std::move(body)};
}
net::ClientRequest plain(Method method, std::string target) { return {.method = method, .target = std::move(target)}; }
std::string nested(int depth) { return R"({"user_message":)" + std::string(depth, '[') + std::string(depth, ']') + "}"; }
std::string long_message(std::size_t bytes) { return R"({"user_message":")" + std::string(bytes, 'a') + R"("})"; }

class ErrorTest : public ::testing::TestWithParam<Row> {
protected:
    // Nothing here changes the server, so its rows share one.
    static void SetUpTestSuite() {
        server = new support::Server;
        support::Client{loop(), server->port()}.open_session({{"session_id", "known"}});
    }
    static void TearDownTestSuite() { delete std::exchange(server, nullptr); }
    static support::Loop& loop() {
        static support::Loop loop;
        return loop;
    }
    static inline support::Server* server{nullptr};
};

TEST_P(ErrorTest, IsAProblemAPersonCanActOn) {
    const Row& row = GetParam();
    support::Client client{loop(), server->port()};
    const Answer answer = client.send(row.request);
    ASSERT_EQ(answer.status, row.status) << row.claim << ": " << answer.body;
    EXPECT_TRUE(answer.header("content-type").starts_with("application/problem+json"));
    EXPECT_EQ(answer.text("code"), row.code) << row.claim;
    EXPECT_EQ(answer.at("status"), row.status);
    EXPECT_TRUE(answer.text("type").starts_with("urn:rondo:error:"));
    EXPECT_FALSE(answer.text("title").empty());
    EXPECT_FALSE(answer.text("detail").empty());
    const auto errors = answer.at("errors");
    const std::string pointer =
        errors.is_array() && !errors.as_array().empty() ? support::text_of(errors.as_array().front(), "pointer") : "";
    EXPECT_EQ(pointer, row.pointer) << row.claim << ": " << answer.body;
}
INSTANTIATE_TEST_SUITE_P(Bodies, ErrorTest, ::testing::Values(
    Row{"cut short",                 turn(R"({"user_message": "你)"),                    400, "MALFORMED_JSON"},
    Row{"no JSON at all",            turn("hello"),                                     400, "MALFORMED_JSON"},
    Row{"empty",                     turn(""),                                          400, "MALFORMED_JSON"},
    Row{"not UTF-8",                 turn("{\"user_message\":\"\xc3\x28\"}"),           400, "INVALID_UTF8"},
    Row{"deeper than 64",            turn(nested(70)),                                  400, "TOO_DEEP"},
    Row{"a list",                    turn("[]"),                                        422, "INVALID_FIELDS"},
    Row{"an unknown member",         turn(R"({"user_message":"a","user_mesage":"b"})"), 422, "INVALID_FIELDS", "/user_mesage"},
    Row{"an unknown inner member",   session(R"({"persona":{"nmae":"b"}})"),            422, "INVALID_FIELDS", "/persona/nmae"},
    Row{"no message",                turn("{}"),                                        422, "INVALID_FIELDS", "/user_message"},
    Row{"a message of blanks",       turn(R"({"user_message":" \n"})"),                 422, "INVALID_FIELDS", "/user_message"},
    Row{"a message of a wrong type", turn(R"({"user_message":7})"),                     422, "INVALID_FIELDS", "/user_message"},
    Row{"an overlong message",       turn(long_message(40'000)),                        422, "INVALID_FIELDS", "/user_message"},
    Row{"a body over the limit",     turn(long_message(300'000)),                       413, "BODY_TOO_LARGE"},
    Row{"a message id with blanks",  turn(R"({"user_message":"a","message_id":"a b"})"), 422, "INVALID_FIELDS", "/message_id"},
    Row{"a session id with slashes", session(R"({"session_id":"a/b"})"),                422, "INVALID_FIELDS", "/session_id"},
    Row{"an unknown scenario",       session(R"({"scenario":"chess"})"),                422, "UNKNOWN_SCENARIO", "/scenario"},
    Row{"six stars",                 feedback(R"({"session_id":"a","turn_number":1,"rating":6})"), 422, "INVALID_FIELDS", "/rating"},
    Row{"a signal that is no number", feedback(R"({"session_id":"a","turn_number":1,"rating":5,"signals":{"x":"y"}})"),
                                                                                        422, "INVALID_FIELDS", "/signals/x"}));
INSTANTIATE_TEST_SUITE_P(Places, ErrorTest, ::testing::Values(
    Row{"an unknown session",          plain(Method::get, "/api/v1/sessions/nobody"),              404, "NOT_FOUND"},
    Row{"its messages",                plain(Method::get, "/api/v1/sessions/nobody/messages"),     404, "NOT_FOUND"},
    Row{"deleting it",                 plain(Method::delete_, "/api/v1/sessions/nobody"),          404, "NOT_FOUND"},
    Row{"a turn in it",                {.method = Method::post, .target = "/api/v1/sessions/nobody/turns", .body = R"({"user_message":"a"})"},
                                                                                                   404, "NOT_FOUND"},
    Row{"an unknown turn",             plain(Method::get, "/api/v1/sessions/known/turns/1/events"), 404, "NOT_FOUND"},
    Row{"a turn that is no number",    plain(Method::get, "/api/v1/sessions/known/turns/x/events"), 404, "NOT_FOUND"},
    Row{"an unknown path",             plain(Method::get, "/api/v1/nothing"),                      404, "NOT_FOUND"},
    Row{"a wrong method",              plain(Method::put, "/api/v1/sessions"),                     405, "METHOD_NOT_ALLOWED"}));

TEST_F(ErrorTest, AWrongMethodNamesTheRightOnes) {
    support::Client client{loop(), server->port()};
    const Answer answer = client.send(plain(Method::delete_, "/api/v1/sessions"));
    EXPECT_EQ(answer.status, 405);
    for (const char* method : {"GET", "POST", "HEAD"})
        EXPECT_NE(answer.header("allow").find(method), std::string_view::npos) << answer.header("allow");
}

TEST_F(ErrorTest, MalformedJsonIsPointedAtByLineAndColumn) {
    support::Client client{loop(), server->port()};
    const std::string detail = client.send(turn("{\n  \"user_message\": nope\n}")).text("detail");
    EXPECT_NE(detail.find("line 2"), std::string::npos) << detail;
    EXPECT_NE(detail.find("column"), std::string::npos) << detail;
}

TEST_F(ErrorTest, EveryFaultIsNamedAtOnce) {
    support::Client client{loop(), server->port()};
    const Answer answer = client.send(turn(R"({"turn_number":"x","enable_async_coach":1,"more":true})"));
    ASSERT_EQ(answer.status, 422);
    EXPECT_EQ(answer.at("errors").as_array().size(), 4U) << answer.body;
}

TEST_F(ErrorTest, TheProblemNamesThePlaceAndTheTrace) {
    support::Client client{loop(), server->port()};
    auto request = plain(Method::get, "/api/v1/sessions/nobody");
    request.headers.push_back({"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"});
    const Answer answer = client.send(std::move(request));
    EXPECT_EQ(answer.text("instance"), "/api/v1/sessions/nobody");
    EXPECT_EQ(answer.text("trace_id"), "0af7651916cd43dd8448eb211c80319c");
}

TEST_F(ErrorTest, ARefusedRequestLeavesTheConnectionUsable) {
    support::Client client{loop(), server->port()};
    EXPECT_EQ(client.send(turn("hello")).status, 400);
    EXPECT_EQ(client.get("/livez").status, 200);
}
}  // namespace
}  // namespace rondo
