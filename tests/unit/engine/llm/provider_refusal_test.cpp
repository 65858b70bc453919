#include "engine/llm/provider_refusal.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;
using std::chrono::milliseconds;

struct Row {
    const char* claim;
    int status;
    const char* body;
    ErrorClass error_class;
    Code code;
    const char* reason;
};
class Refusal : public testing::TestWithParam<Row> {};
TEST_P(Refusal, IsUnderstood) {
    const Row& row = GetParam();
    const auto found = wire::refusal_of(row.status, {}, row.body, {});
    EXPECT_STREQ(name(found.error_class), name(row.error_class)) << row.claim;
    EXPECT_STREQ(name(found.error.code), name(row.code)) << row.claim;
    EXPECT_EQ(found.error.reason, row.reason) << row.claim;
    EXPECT_FALSE(found.error.message.contains("SECRET")) << "sentences of the provider may quote the caller or the key: " << row.claim;
}

using enum ErrorClass;
INSTANTIATE_TEST_SUITE_P(OpenAi, Refusal, testing::Values(
    Row{"a request with faults",        400, R"({"error":{"message":"SECRET","type":"invalid_request_error","code":null}})", caller_fault, Code::invalid_argument, "PROVIDER_REFUSED_REQUEST"},
    Row{"too long a conversation",      400, R"({"error":{"message":"This model's maximum context length is 8192 tokens SECRET","type":"invalid_request_error","code":"context_length_exceeded"}})", caller_fault, Code::invalid_argument, "CONTEXT_TOO_LONG"},
    Row{"a wrong key",                  401, R"({"error":{"message":"Incorrect API key provided: SECRET","code":"invalid_api_key"}})", config_fault, Code::failed_precondition, "PROVIDER_KEY_REFUSED"},
    Row{"a key that may not",           403, R"({"error":{"message":"SECRET"}})", config_fault, Code::failed_precondition, "PROVIDER_KEY_REFUSED"},
    Row{"an unknown model",             404, R"({"error":{"code":"model_not_found"}})", caller_fault, Code::not_found, "PROVIDER_REFUSED_REQUEST"},
    Row{"too many requests",            429, R"({"error":{"type":"requests","code":"rate_limit_exceeded"}})", overloaded, Code::resource_exhausted, "PROVIDER_OVERLOADED"},
    Row{"an account without money: waiting does not help", 429, R"({"error":{"type":"insufficient_quota","code":"insufficient_quota"}})", config_fault, Code::failed_precondition, "PROVIDER_KEY_REFUSED"},
    Row{"a fault of theirs",            500, R"({"error":{"type":"server_error"}})", provider_fault, Code::unavailable, "PROVIDER_FAULT"},
    Row{"not available",                503, "", overloaded, Code::resource_exhausted, "PROVIDER_OVERLOADED"},
    Row{"Azure's filter",               400, R"({"error":{"code":"content_filter","message":"SECRET","innererror":{"code":"ResponsibleAIPolicyViolation"}}})", policy_refusal, Code::permission_denied, "POLICY_REFUSAL"},
    Row{"Azure's filter, told inside",  400, R"({"error":{"message":"SECRET","innererror":{"code":"ResponsibleAIPolicyViolation"}}})", policy_refusal, Code::permission_denied, "POLICY_REFUSAL"}));

INSTANTIATE_TEST_SUITE_P(Anthropic, Refusal, testing::Values(
    Row{"a request with faults",        400, R"({"type":"error","error":{"type":"invalid_request_error","message":"SECRET"}})", caller_fault, Code::invalid_argument, "PROVIDER_REFUSED_REQUEST"},
    Row{"too long a conversation",      400, R"({"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 213462 tokens > 200000 maximum"}})", caller_fault, Code::invalid_argument, "CONTEXT_TOO_LONG"},
    Row{"no credit",                    400, R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low"}})", config_fault, Code::failed_precondition, "PROVIDER_KEY_REFUSED"},
    Row{"too large a body",             413, R"({"type":"error","error":{"type":"request_too_large"}})", caller_fault, Code::invalid_argument, "PROVIDER_REFUSED_REQUEST"},
    Row{"overloaded",                   529, R"({"type":"error","error":{"type":"overloaded_error"}})", overloaded, Code::resource_exhausted, "PROVIDER_OVERLOADED"},
    Row{"a fault of theirs",            500, R"({"type":"error","error":{"type":"api_error"}})", provider_fault, Code::unavailable, "PROVIDER_FAULT"}));

INSTANTIATE_TEST_SUITE_P(Others, Refusal, testing::Values(
    Row{"Ollama's word",                404, R"({"error":"model 'SECRET' not found"})", caller_fault, Code::not_found, "PROVIDER_REFUSED_REQUEST"},
    Row{"vLLM's object",                400, R"({"object":"error","message":"maximum context length is 2048","type":"BadRequestError","code":400})", caller_fault, Code::invalid_argument, "CONTEXT_TOO_LONG"},
    Row{"FastAPI's detail",             422, R"({"detail":[{"msg":"SECRET"}]})", caller_fault, Code::invalid_argument, "PROVIDER_REFUSED_REQUEST"},
    Row{"FastAPI's detail as a text",   401, R"({"detail":"SECRET"})", config_fault, Code::failed_precondition, "PROVIDER_KEY_REFUSED"},
    Row{"llama.cpp's full context",     500, R"({"error":{"code":500,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}})", caller_fault, Code::invalid_argument, "CONTEXT_TOO_LONG"},
    Row{"a proxy's page",               502, "<html><body>SECRET</body></html>", provider_fault, Code::unavailable, "PROVIDER_FAULT"},
    Row{"a proxy that waited",          504, "", provider_fault, Code::unavailable, "PROVIDER_FAULT"},
    Row{"a server that waited for us",  408, "", provider_fault, Code::unavailable, "PROVIDER_FAULT"},
    Row{"a redirect is not followed",   302, "", provider_fault, Code::unavailable, "PROVIDER_FAULT"},
    Row{"success without an answer",    204, "", provider_fault, Code::unavailable, "PROVIDER_FAULT"},
    Row{"an error word that is none",   400, R"({"error":{"type":"SECRET is a sentence","code":"as is <SECRET>"}})", caller_fault, Code::invalid_argument, "PROVIDER_REFUSED_REQUEST"}));

TEST(Refusal, NamesTheErrorWords) {
    const auto found = wire::refusal_of(400, {}, R"({"error":{"type":"invalid_request_error","code":"bad_param"}})", {});
    EXPECT_EQ(found.error.message, "the provider answered 400 (invalid_request_error, bad_param): change the request");
}

struct Wait {
    const char* claim;
    std::vector<net::Header> headers;
    std::optional<milliseconds> wait;
};
class RetryAfter : public testing::TestWithParam<Wait> {};
TEST_P(RetryAfter, IsRead) {
    const WallTime now = *wire::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(wire::retry_after(GetParam().headers, now), GetParam().wait) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Refusal, RetryAfter, testing::Values(
    Wait{"no header",                           {}, std::nullopt},
    Wait{"seconds",                             {{"Retry-After", "7"}}, 7s},
    Wait{"parts of seconds",                    {{"retry-after", "0.25"}}, 250ms},
    Wait{"the finer header goes first",         {{"retry-after", "7"}, {"retry-after-ms", "1200"}}, 1200ms},
    Wait{"a date",                              {{"retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"}}, 3s},
    Wait{"a date in the past is now",           {{"retry-after", "Sun, 06 Nov 1994 08:49:30 GMT"}}, 0s},
    Wait{"never more than an hour",             {{"retry-after", "999999999"}}, 1h},
    Wait{"nor by a date",                       {{"retry-after", "Mon, 07 Nov 2094 08:49:30 GMT"}}, 1h},
    Wait{"nonsense is nothing",                 {{"retry-after", "soon"}}, std::nullopt},
    Wait{"a negative time is nothing",          {{"retry-after", "-5"}}, std::nullopt},
    Wait{"not a number is nothing",             {{"retry-after", "nan"}}, std::nullopt},
    Wait{"an impossible date is nothing",       {{"retry-after", "Sun, 31 Feb 1994 08:49:40 GMT"}}, std::nullopt}));

TEST(RetryAfter, CountsOnlyWhereWaitingMayHelp) {
    const std::vector<net::Header> headers{{"retry-after", "7"}};
    EXPECT_EQ(wire::refusal_of(429, headers, "", {}).retry_after, 7s);
    EXPECT_EQ(wire::refusal_of(400, headers, "", {}).retry_after, std::nullopt);
}
}  // namespace
}  // namespace rondo::llm
