#include "wire.hpp"

#include <gtest/gtest.h>

/// Golden answers of OpenAI's API, read from the wire.
namespace rondo::mock {
namespace {
std::string body_of(ProviderTest& provider, std::string_view request) {
    Wire wire{provider->port()};
    wire.send(request);
    const std::string head = wire.read_to("\r\n\r\n");
    const auto at = head.find("content-length: ");
    if (at == head.npos) return head;
    return without_ids(wire.read(std::stoul(head.substr(at + 16))));
}

TEST(OpenAi, AnswersWhole) {
    ProviderTest provider;
    EXPECT_EQ(body_of(provider, chat("ok", false)),
              R"({"id":"chatcmpl-0000000000000000","object":"chat.completion","created":1767225600,"model":"ok","choices":[{"index":0,)"
              R"("message":{"role":"assistant","content":"You said: hi","refusal":null},"logprobs":null,"finish_reason":"stop"}],)"
              R"("usage":{"prompt_tokens":2,"completion_tokens":4,"total_tokens":6,"prompt_tokens_details":{"cached_tokens":0},)"
              R"("completion_tokens_details":{"reasoning_tokens":0}},"system_fingerprint":"fp_rondo_mock"})");
}

TEST(OpenAi, AnswersChineseInChinese) {
    ProviderTest provider{{.tokens = 8}};
    EXPECT_TRUE(body_of(provider, chat("ok", false, "你好")).contains(R"("content":"你说的是：你好。")"));
}

TEST(OpenAi, TellsUsageOfAStreamOnDemand) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(chat("ok", true, "hi", R"(,"stream_options":{"include_usage":true})"));
    const std::string stream = wire.read_to("data: [DONE]");
    EXPECT_TRUE(stream.contains(R"("choices":[],"usage":{"prompt_tokens":2,"completion_tokens":4,"total_tokens":6,)"));
    EXPECT_TRUE(stream.contains(R"("finish_reason":null}],"usage":null})")) << "until then it is null";
    wire.send(chat("no-usage", true, "hi", R"(,"stream_options":{"include_usage":true})"));
    EXPECT_FALSE(wire.read_to("data: [DONE]").contains("usage\":"));
}

TEST(OpenAi, CallsToolsAndReadsTheirResults) {
    ProviderTest provider;
    const std::string tools =
        R"("tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","required":["city","days","unit"],)"
        R"("properties":{"city":{"type":"string"},"days":{"type":"integer"},"unit":{"enum":["c","f"]},"more":{"type":"string"}}}}}])";
    const std::string called = body_of(provider, chat("ok", false, "Paris", "," + tools));
    EXPECT_TRUE(called.contains(
        R"("message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_0000000000000000",)"
        R"("type":"function","function":{"name":"weather","arguments":"{\"city\":\"Paris\",\"days\":1,\"unit\":\"c\"}"}}]})"))
        << called;
    EXPECT_TRUE(called.contains(R"("finish_reason":"tool_calls")"));
    EXPECT_FALSE(body_of(provider, chat("ok", false, "Paris", "," + tools + R"(,"tool_choice":"none")")).contains("tool_calls"));
    const std::string after = body_of(
        provider, post("/v1/chat/completions", R"({"model":"ok","messages":[{"role":"user","content":"Paris"},{"role":"assistant",)"
                                               R"("content":null,"tool_calls":[]},{"role":"tool","tool_call_id":"a","content":"sun"}],)" +
                                                   tools + "}"));
    EXPECT_TRUE(after.contains(R"("content":"You said: sun")")) << after;
}

TEST(OpenAi, EmbedsTextsAlikeWhenTheyAreAlike) {
    ProviderTest provider;
    const auto body = body_of(provider, post("/v1/embeddings", R"({"model":"ok","input":["a","b","a"],"dimensions":4})"));
    EXPECT_TRUE(body.starts_with(R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[)")) << body;
    EXPECT_TRUE(body.ends_with(R"("model":"ok","usage":{"prompt_tokens":3,"total_tokens":3}})")) << body;
    const auto packed = body_of(provider, post("/v1/embeddings", R"({"model":"ok","input":"","dimensions":2,"encoding_format":"base64"})"));
    EXPECT_TRUE(packed.contains(R"("embedding":"AACAPwAAAAA=")")) << "1.0 and 0.0 as little-endian floats: " << packed;
}

TEST(OpenAi, ListsItsModels) {
    ProviderTest provider;
    const auto body = body_of(provider, "GET /v1/models HTTP/1.1\r\nHost: mock\r\n\r\n");
    EXPECT_TRUE(body.starts_with(R"({"object":"list","data":[{"id":"ok","object":"model","created":1767225600,"owned_by":"rondo"},)"))
        << body;
}

TEST(OpenAi, FindsTheModelInAnAddressOfADeployment) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(post("/openai/deployments/server-error/chat/completions?api-version=1", R"({"messages":[{"role":"user","content":"hi"}]})"));
    EXPECT_TRUE(wire.read_to("\r\n").starts_with("HTTP/1.1 500"));
}

struct Row {
    const char* claim;
    const char* path;
    const char* body;
    const char* status;
    const char* error;
};

class OpenAiRefuses : public testing::TestWithParam<Row> {};
TEST_P(OpenAiRefuses, InItsShape) {
    ProviderTest provider;
    Wire wire{provider->port()};
    wire.send(post(GetParam().path, GetParam().body));
    EXPECT_TRUE(wire.read_to("\r\n").starts_with(GetParam().status)) << GetParam().claim;
    const auto rest = wire.read_to("}}");
    EXPECT_TRUE(rest.ends_with(GetParam().error)) << GetParam().claim << ": " << rest;
}

INSTANTIATE_TEST_SUITE_P(Mock, OpenAiRefuses, testing::Values(
    Row{"a request names its model", "/v1/chat/completions", R"({"messages":[]})", "HTTP/1.1 400",
        R"({"error":{"message":"you must provide a model parameter","type":"invalid_request_error","param":"model","code":null}})"},
    Row{"a request has messages", "/v1/chat/completions", R"({"model":"ok"})", "HTTP/1.1 400",
        R"("type":"invalid_request_error","param":"messages","code":null}})"},
    Row{"a misspelt fault is an unknown model", "/v1/chat/completions", R"({"model":"stal@5"})", "HTTP/1.1 404",
        R"("type":"invalid_request_error","param":"model","code":"model_not_found"}})"},
    Row{"a body is JSON", "/v1/chat/completions", "{", "HTTP/1.1 400", R"("param":null,"code":null}})"},
    Row{"embeddings need a text", "/v1/embeddings", R"({"model":"ok"})", "HTTP/1.1 400", R"("param":"input","code":null}})"},
    Row{"other paths are unknown", "/v1/completions", "{}", "HTTP/1.1 404", R"("param":null,"code":"unknown_url"}})"}));

TEST(OpenAi, CountsAPromptSeenBeforeAsCached) {
    ProviderTest provider;
    const std::string request = chat("ok", false, std::string(8000, 'a'));
    EXPECT_TRUE(body_of(provider, request).contains(R"("cached_tokens":0})"));
    for (int again = 0; again < 2; ++again) {
        EXPECT_TRUE(body_of(provider, request)
                        .contains(R"("prompt_tokens":2001,"completion_tokens":4,"total_tokens":2005,)"
                                  R"("prompt_tokens_details":{"cached_tokens":1920})"))
            << "in steps of 128";
    }
    provider->forget();
    EXPECT_TRUE(body_of(provider, request).contains(R"("cached_tokens":0})"));
}

TEST(OpenAi, WantsTheKeyItWasGiven) {
    ProviderTest provider{{.key = "open sesame"}};
    const auto status = [&](std::string_view headers) {
        Wire wire{provider->port()};
        wire.send(post("/v1/chat/completions", R"({"model":"ok","messages":[{"role":"user","content":"hi"}]})", headers));
        return wire.read_to("\r\n").substr(9, 3);
    };
    EXPECT_EQ(status(""), "401");
    EXPECT_EQ(status("Authorization: Bearer closed\r\n"), "401");
    EXPECT_EQ(status("Authorization: Bearer open sesame\r\n"), "200");
    EXPECT_EQ(status(""), "401") << "an answer given before opens no door";
    EXPECT_EQ(status("x-api-key: open sesame\r\n"), "200");
    EXPECT_EQ(status("api-key: open sesame\r\n"), "200");
}
}  // namespace
}  // namespace rondo::mock
