#include "wire.hpp"

#include <gtest/gtest.h>

/// Golden answers of the Messages API, read from the wire. Streams: messages_faults_test.cpp.
namespace rondo::mock {
namespace {
constexpr std::string_view kVersion = "anthropic-version: 2023-06-01\r\n";

std::string body_of(ProviderTest& provider, std::string_view request) {
    Wire wire{provider->port()};
    wire.send(request);
    const std::string head = wire.read_to("\r\n\r\n");
    const auto at = head.find("content-length: ");
    if (at == head.npos) return head;
    return without_ids(wire.read(std::stoul(head.substr(at + 16))));
}
std::string body_of(ProviderTest& provider, const char* json) { return body_of(provider, post("/v1/messages", json, kVersion)); }

TEST(Anthropic, AnswersWhole) {
    ProviderTest provider;
    EXPECT_EQ(body_of(provider, messages("ok", false)),
              R"({"id":"msg_0000000000000000","type":"message","role":"assistant","model":"ok","content":[{"type":"text",)"
              R"("text":"You said: hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":2,)"
              R"("cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":4,"service_tier":"standard"}})");
}

TEST(Anthropic, GoesOnFromAPrefill) {
    ProviderTest provider;
    const auto rest = body_of(provider, R"({"model":"ok","max_tokens":99,"messages":[{"role":"user","content":"hi"},)"
                                        R"({"role":"assistant","content":[{"type":"text","text":"You said"}]}]})");
    EXPECT_TRUE(rest.contains(R"("text":": hi")")) << rest;
    EXPECT_TRUE(provider.ended(1).front().asked->continued);
    const auto refused = body_of(provider, R"({"model":"ok","max_tokens":99,"messages":[{"role":"user","content":"hi"},)"
                                           R"({"role":"assistant","content":"You said: "}]})");
    EXPECT_TRUE(refused.contains("final assistant content cannot end with trailing whitespace")) << refused;
}

TEST(Anthropic, CutOnceGoesOnFromWhatWasHeard) {
    ProviderTest provider;
    Wire first{provider->port()};
    first.send(messages("cut-once@2", true));
    static_cast<void>(first.read_to(" said"));
    static_cast<void>(provider.ended(1));
    const auto rest = body_of(provider, R"({"model":"cut-once@2","max_tokens":1000,"messages":[{"role":"user","content":"hi"},)"
                                        R"({"role":"assistant","content":"You said"}]})");
    EXPECT_TRUE(rest.contains(R"("text":": hi")")) << "a beginning handed back is still the same conversation: " << rest;
}

TEST(Anthropic, CallsToolsAndReadsTheirResults) {
    ProviderTest provider;
    const std::string tools = R"(,"tools":[{"name":"weather","input_schema":{"type":"object","required":["city"],)"
                              R"("properties":{"city":{"type":"string"}}}}])";
    const auto called = body_of(provider, messages("ok", false, "Paris", tools));
    EXPECT_TRUE(
        called.contains(R"("content":[{"type":"tool_use","id":"toolu_0000000000000000","name":"weather","input":{"city":"Paris"}}],)"
                        R"("stop_reason":"tool_use")"))
        << called;
    const auto after = body_of(provider, post("/v1/messages",
                                              R"({"model":"ok","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result",)"
                                              R"("tool_use_id":"a","content":[{"type":"text","text":"sun"}]}]}])" +
                                                  tools + "}",
                                              kVersion));
    EXPECT_TRUE(after.contains(R"("text":"You said: sun")")) << after;
}

TEST(Anthropic, BillsCachedPrefixes) {
    ProviderTest provider;
    const std::string request = post("/v1/messages",
                                     R"({"model":"ok","max_tokens":9,"system":[{"type":"text","text":")" + std::string(8000, 'a') +
                                         R"(","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"hi"}]})",
                                     kVersion);
    EXPECT_TRUE(body_of(provider, request).contains(R"("input_tokens":2,"cache_creation_input_tokens":2000,"cache_read_input_tokens":0,)"));
    for (int again = 0; again < 2; ++again) {
        EXPECT_TRUE(
            body_of(provider, request).contains(R"("input_tokens":2,"cache_creation_input_tokens":0,"cache_read_input_tokens":2000,)"));
    }
}

TEST(Anthropic, ListsItsModelsInItsShape) {
    ProviderTest provider;
    const auto body = body_of(provider, std::string{"GET /v1/models HTTP/1.1\r\nHost: mock\r\nanthropic-version: 2023-06-01\r\n\r\n"});
    EXPECT_TRUE(body.starts_with(R"({"data":[{"type":"model","id":"ok",)")) << body;
}

struct Row {
    const char* claim;
    const char* body;
    const char* message;
};

class AnthropicRefuses : public testing::TestWithParam<Row> {};
TEST_P(AnthropicRefuses, InItsShape) {
    ProviderTest provider;
    const auto body = body_of(provider, GetParam().body);
    EXPECT_TRUE(
        body.starts_with(std::string{R"({"type":"error","error":{"type":"invalid_request_error","message":")"} + GetParam().message))
        << GetParam().claim << ": " << body;
}

INSTANTIATE_TEST_SUITE_P(Mock, AnthropicRefuses, testing::Values(
    Row{"a request names its model", R"({"max_tokens":1,"messages":[]})", "model: Field required"},
    Row{"max_tokens is a must", R"({"model":"ok","messages":[]})", "max_tokens: Field required"},
    Row{"there are messages", R"({"model":"ok","max_tokens":1,"messages":[]})", "messages: at least one message is required"},
    Row{"roles are two", R"({"model":"ok","max_tokens":1,"messages":[{"role":"system","content":"a"}]})", "messages: Input tag"}));

TEST(Anthropic, WantsItsVersionHeader) {
    ProviderTest provider;
    EXPECT_TRUE(body_of(provider, post("/v1/messages", "{}")).contains("anthropic-version: header is required"));
}
}  // namespace
}  // namespace rondo::mock
