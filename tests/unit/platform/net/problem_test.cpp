#include "platform/net/problem.hpp"
#include "platform/net/response_head.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace rondo::net {
namespace {
struct Row {
    const char* claim;
    Error error;
    int status;
};

class HttpStatus : public testing::TestWithParam<Row> {};
TEST_P(HttpStatus, OfError) {
    EXPECT_EQ(http_status(GetParam().error), GetParam().status) << GetParam().claim;
    EXPECT_NE(status_phrase(GetParam().status), "Unknown") << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Problem, HttpStatus, testing::Values(
    Row{"cancelled",                        {Code::cancelled, ""},                                        499},
    Row{"a bad request",                    {Code::invalid_argument, ""},                                 400},
    Row{"a request with named faults",      {Code::invalid_argument, "", {{"/a", "b"}}},                  422},
    Row{"JSON that cannot be read",         {Code::invalid_argument, "", {}, "MALFORMED_JSON"},           400},
    Row{"a reason wins over faults",        {Code::invalid_argument, "", {{"/a", "b"}}, "MALFORMED_JSON"}, 400},
    Row{"another body for the same key",    {Code::failed_precondition, "", {}, "IDEMPOTENCY_MISMATCH"},  422},
    Row{"an unknown reason changes nothing", {Code::not_found, "", {}, "NO_SUCH_SESSION"},                404},
    Row{"too slow",                         {Code::deadline_exceeded, ""},                                504},
    Row{"exists",                           {Code::already_exists, ""},                                   409},
    Row{"forbidden",                        {Code::permission_denied, ""},                                403},
    Row{"over a limit of ours",             {Code::resource_exhausted, ""},                               429},
    Row{"wrong state",                      {Code::failed_precondition, ""},                              409},
    Row{"a lost race",                      {Code::aborted, ""},                                          409},
    Row{"not made",                         {Code::unimplemented, ""},                                    501},
    Row{"our fault",                        {Code::internal, ""},                                         500},
    Row{"later",                            {Code::unavailable, ""},                                      503},
    Row{"damaged data",                     {Code::data_loss, ""},                                        500},
    Row{"who are you",                      {Code::unauthenticated, ""},                                  401},
    Row{"the disk is full",                 {Code::insufficient_storage, ""},                             507}));

TEST(Problem, HasTheMembersOfRfc9457) {
    const Error error{Code::invalid_argument, "two faults", {{"/a", "is missing"}, {"/b/0", "is no number"}}, ""};
    const auto response = problem(error, "/api/v1/sessions", "abc");
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(boost::json::parse(response.body), boost::json::parse(R"({
        "type": "urn:rondo:error:invalid_argument", "title": "Unprocessable Content", "status": 422, "detail": "two faults",
        "code": "INVALID_ARGUMENT", "instance": "/api/v1/sessions", "trace_id": "abc",
        "errors": [{"pointer": "/a", "detail": "is missing"}, {"pointer": "/b/0", "detail": "is no number"}]})"));
    EXPECT_EQ(find_header(response.headers, "Retry-After"), "");
}

TEST(Problem, SaysWhenToRetryInWholeSeconds) {
    Error error{.code = Code::unavailable, .message = "later", .retry_after = std::chrono::milliseconds{2'100}};
    EXPECT_EQ(find_header(problem(error).headers, "Retry-After"), "3");
    error.retry_after = {};
    EXPECT_EQ(find_header(problem(error).headers, "Retry-After"), "1");
    error.code = Code::not_found;
    EXPECT_EQ(find_header(problem(error).headers, "Retry-After"), "");
}

TEST(Problem, NamesItsReasonAndSaysWhenToRetry) {
    auto response = problem({Code::unavailable, "later", {}, "CIRCUIT_BREAKER_OPEN"});
    const auto body = boost::json::parse(response.body);
    EXPECT_EQ(body.at("type"), "urn:rondo:error:circuit_breaker_open");
    EXPECT_EQ(body.at("code"), "CIRCUIT_BREAKER_OPEN");
    EXPECT_FALSE(body.as_object().contains("instance"));
    EXPECT_EQ(find_header(response.headers, "retry-after"), "1");
    set_header(response, "RETRY-AFTER", "7");
    ASSERT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.headers[0].value, "7");
}

struct Head {
    const char* claim;
    Response response;
    Framing framing;
    std::size_t bytes;
    bool close;
    std::string text;
};

class ResponseHead : public testing::TestWithParam<Head> {};
TEST_P(ResponseHead, IsWritten) {
    const Head& row = GetParam();
    std::string text;
    append_response_head(text, row.response, row.framing, row.bytes, row.close);
    EXPECT_EQ(text, row.text) << row.claim;
}
const std::string kCommon = "Server: rondo\r\nX-Content-Type-Options: nosniff\r\n";
INSTANTIATE_TEST_SUITE_P(Problem, ResponseHead, testing::Values(
    Head{"a length", {}, Framing::length, 12, false,
         "HTTP/1.1 200 OK\r\n" + kCommon + "Content-Type: application/json\r\nContent-Length: 12\r\n\r\n"},
    Head{"chunks and the end of the connection", {.content_type = ""}, Framing::chunked, 0, true,
         "HTTP/1.1 200 OK\r\n" + kCommon + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"},
    Head{"204 has no framing", {.status = 204}, Framing::length, 0, false, "HTTP/1.1 204 No Content\r\n" + kCommon + "\r\n"},
    Head{"a value cannot add a header", {.content_type = "", .headers = {{"Location", "/a\r\nSet-Cookie: b"}}}, Framing::length, 0, false,
         "HTTP/1.1 200 OK\r\n" + kCommon + "Location: /a  Set-Cookie: b\r\nContent-Length: 0\r\n\r\n"}));
}  // namespace
}  // namespace rondo::net
