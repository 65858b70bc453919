#include "edge/gateway/openai_codec.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace rondo::gateway::openai {
namespace {
using llm::Message;

llm::ModelRequest ask(std::string_view members) {
    const auto request = chat_request(R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + std::string{members} + "}");
    EXPECT_TRUE(request) << (request ? "" : error_json(request.error()));
    return request ? request->ask : llm::ModelRequest{};
}

TEST(OpenAiRequest, InstructionsThatLeadAreSystemBlocks) {
    const auto request =
        chat_request(R"({"model":"m","messages":[{"role":"system","content":"Be kind."},{"role":"developer","content":"Be brief."},)"
                     R"({"role":"user","content":"hi"},{"role":"system","content":"Now rhyme."}]})");
    ASSERT_TRUE(request);
    ASSERT_EQ(request->ask.system.size(), 2U);
    EXPECT_EQ(*request->ask.system[1].text, "Be brief.");
    ASSERT_EQ(request->ask.messages.size(), 2U);
    EXPECT_EQ(request->ask.messages[1].role, Message::Role::system) << "a later one keeps its place";
}

TEST(OpenAiRequest, PartsOfTextAreText) {
    const auto request =
        chat_request(R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]})");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->ask.messages[0], (Message{.role = Message::Role::user, .text = "ab"}));
}

TEST(OpenAiRequest, OtherPartsAreKeptAsTheyCame) {
    const auto request = chat_request(
        R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"what is this?"},{"type":"image_url","image_url":{"url":"data:x"}}]}]})");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->ask.messages[0].text, "what is this?");
    EXPECT_EQ(request->ask.messages[0].parts,
              R"([{"type":"text","text":"what is this?"},{"type":"image_url","image_url":{"url":"data:x"}}])");
}

TEST(OpenAiRequest, ToolsAndWhatTheyAnswered) {
    const auto request = chat_request(
        R"({"model":"m","messages":[{"role":"user","content":"2+2"},{"role":"assistant","content":null,"tool_calls":)"
        R"([{"id":"c1","type":"function","function":{"name":"add","arguments":"{\"a\":2}"}}]},{"role":"tool","tool_call_id":"c1","content":"4"}],)"
        R"("tools":[{"type":"function","function":{"name":"add","description":"Adds.","parameters":{"type":"object"},"strict":true}}],)"
        R"("tool_choice":{"type":"function","function":{"name":"add"}}})");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->ask.messages[1].tool_calls, (std::vector<llm::ToolCall>{{"c1", "add", R"({"a":2})"}}));
    EXPECT_EQ(request->ask.messages[2], (Message{.role = Message::Role::tool, .text = "4", .tool_call_id = "c1"}));
    EXPECT_EQ(request->ask.tools, (std::vector<llm::Tool>{{"add", "Adds.", R"({"type":"object"})", true}}));
    EXPECT_EQ(request->ask.tool_choice, (llm::ToolChoice{llm::ToolChoice::Kind::named, "add"}));
}

TEST(OpenAiRequest, Sampling) {
    const auto sampling = ask(R"("max_completion_tokens":7,"temperature":0.5,"top_p":1,"seed":-3,"stop":"END")").sampling;
    EXPECT_EQ(sampling, (llm::Sampling{.max_tokens = 7, .temperature = 0.5, .top_p = 1, .stop = {"END"}, .seed = -3}));
    EXPECT_EQ(ask(R"("temperature":null,"stop":null)").sampling, llm::Sampling{}) << "null is the default";
}

TEST(OpenAiRequest, WhatIsNotKnownIsPassedOn) {
    EXPECT_EQ(ask(R"("user":"ada","response_format":{"type":"json_object"})").extra,
              R"({"user":"ada","response_format":{"type":"json_object"}})");
    EXPECT_EQ(ask(R"("stream":false)").extra, "");
}

TEST(OpenAiRequest, StreamOptions) {
    const auto request =
        chat_request(R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}})");
    ASSERT_TRUE(request);
    EXPECT_TRUE(request->stream && request->include_usage);
}

struct Refusal {
    const char* claim;
    const char* body;
    const char* param;
};
class OpenAiRefusal : public testing::TestWithParam<Refusal> {};
TEST_P(OpenAiRefusal, NamesThePlace) {
    const auto request = chat_request(GetParam().body);
    ASSERT_FALSE(request) << GetParam().claim;
    const auto response = error_response(request.error());
    EXPECT_EQ(response.status, 400);
    const auto error = json::parse(response.body)->at("error");
    EXPECT_EQ(error.at("type"), "invalid_request_error");
    EXPECT_EQ(error.at("param"), boost::json::value(GetParam().param)) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(OpenAi, OpenAiRefusal, testing::Values(
    Refusal{"no object",            R"([])",                                                                              ""},
    Refusal{"no model",             R"({"messages":[{"role":"user","content":"hi"}]})",                                   "/model"},
    Refusal{"no messages",          R"({"model":"m"})",                                                                   "/messages"},
    Refusal{"an empty list",        R"({"model":"m","messages":[]})",                                                     "/messages"},
    Refusal{"an unknown role",      R"({"model":"m","messages":[{"role":"robot","content":"hi"}]})",                      "/messages/0/role"},
    Refusal{"content of a number",  R"({"model":"m","messages":[{"role":"user","content":5}]})",                          "/messages/0/content"},
    Refusal{"a tool's answer to nothing", R"({"model":"m","messages":[{"role":"tool","content":"4"}]})",                  "/messages/0/tool_call_id"},
    Refusal{"a call without function", R"({"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c"}]}]})",    "/messages/0/tool_calls/0/function"},
    Refusal{"two answers",          R"({"model":"m","messages":[{"role":"user","content":"hi"}],"n":2})",                 "/n"},
    Refusal{"too warm",             R"({"model":"m","messages":[{"role":"user","content":"hi"}],"temperature":3})",       "/temperature"},
    Refusal{"five stops",           R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stop":["a","b","c","d","e"]})", "/stop"},
    Refusal{"a choice we know not", R"({"model":"m","messages":[{"role":"user","content":"hi"}],"tool_choice":"maybe"})", "/tool_choice"},
    Refusal{"a tool of the house",  R"({"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"web"}]})", "/tools/0/function"},
    Refusal{"the former functions", R"({"model":"m","messages":[{"role":"user","content":"hi"}],"functions":[]})",        "/functions"}));

const Identity kIdentity{"chatcmpl-1", 1'700'000'000, "m"};
const llm::Completion kAnswer{.text = "Hi.",
                              .usage = {.input = Tokens{5}, .output = Tokens{2}, .cache_write = Tokens{1}, .cache_read = Tokens{4}},
                              .model = "m",
                              .finish_reason = "stop"};

TEST(OpenAiChunks, RoleFirstThenTextThenTheReasonThenDone) {
    ChunkWriter writer{kIdentity, false};
    EXPECT_EQ(
        writer.delta({"H\"i"}),
        R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"H\"i"},"logprobs":null,"finish_reason":null}]})"
        "\n\n");
    EXPECT_EQ(
        writer.delta({"."}),
        R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{"index":0,"delta":{"content":"."},"logprobs":null,"finish_reason":null}]})"
        "\n\n");
    EXPECT_EQ(
        writer.finish(kAnswer),
        R"(data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]})"
        "\n\ndata: [DONE]\n\n");
}

TEST(OpenAiChunks, UsageHasAChunkOfItsOwn) {
    ChunkWriter writer{kIdentity, true};
    const std::string frames = writer.finish(kAnswer);
    EXPECT_NE(
        frames.find(
            R"("choices":[],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":4}}})"),
        std::string::npos)
        << frames;
    EXPECT_NE(frames.find(R"("delta":{"role":"assistant","content":""})"), std::string::npos) << "an empty answer begins all the same";
}

TEST(OpenAiChunks, PiecesOfACall) {
    ChunkWriter writer{kIdentity, false};
    EXPECT_NE(writer.delta({.tool_call = llm::ToolCallDelta{1, "c1", "add", ""}})
                  .find(R"("tool_calls":[{"index":1,"id":"c1","type":"function","function":{"name":"add","arguments":""}}])"),
              std::string::npos);
    EXPECT_NE(writer.delta({.tool_call = llm::ToolCallDelta{1, "", "", "{}"}})
                  .find(R"("delta":{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]})"),
              std::string::npos);
}

TEST(OpenAiChunks, AnErrorIsToldInTheStreamAndNothingIsDone) {
    ChunkWriter writer{kIdentity, false};
    EXPECT_EQ(writer.error({.code = Code::unavailable, .message = "broken off", .reason = "PROVIDER_FAULT"}),
              R"(data: {"error":{"message":"broken off","type":"server_error","param":null,"code":"provider_fault"}})"
              "\n\n");
}

TEST(OpenAiAnswer, IsOneObject) {
    EXPECT_EQ(
        completion_json(kIdentity, kAnswer),
        R"({"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi.","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":4}}})");
}

TEST(OpenAiAnswer, OfCallsAloneHasNoContent) {
    llm::Completion calls = kAnswer;
    calls.text.clear();
    calls.tool_calls = {{"c1", "add", "{}"}};
    const auto message = json::parse(completion_json(kIdentity, calls))->at("choices").at(0).at("message");
    EXPECT_TRUE(message.at("content").is_null());
    EXPECT_EQ(message.at("tool_calls").at(0).at("function").at("name"), "add");
}

struct Known {
    const char* claim;
    Error error;
    int status;
    const char* type;
};
class OpenAiErrors : public testing::TestWithParam<Known> {};
TEST_P(OpenAiErrors, HaveTheTypesOfTheirSdks) {
    const auto response = error_response(GetParam().error);
    EXPECT_EQ(response.status, GetParam().status) << GetParam().claim;
    EXPECT_EQ(json::parse(response.body)->at("error").at("type"), boost::json::value(GetParam().type)) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(OpenAi, OpenAiErrors, testing::Values(
    Known{"no key",            {.code = Code::unauthenticated, .message = ""},                                     401, "authentication_error"},
    Known{"not theirs",        {.code = Code::permission_denied, .message = ""},                                   403, "permission_error"},
    Known{"no such model",     {.code = Code::not_found, .message = ""},                                           404, "not_found_error"},
    Known{"too many",          {.code = Code::resource_exhausted, .message = ""},                                  429, "rate_limit_error"},
    Known{"provider down",     {.code = Code::unavailable, .message = ""},                                         503, "server_error"},
    Known{"no answer in time", {.code = Code::deadline_exceeded, .message = ""},                                   504, "timeout"}));

class OpenAiCodes : public testing::TestWithParam<std::pair<const char*, const char*>> {};
TEST_P(OpenAiCodes, AreWordsTheirUsersKnow) {
    const auto [reason, code] = GetParam();
    const auto body = json::parse(error_json({.code = Code::internal, .message = "", .reason = reason}));
    EXPECT_EQ(body->at("error").at("code"), boost::json::value(code));
}
INSTANTIATE_TEST_SUITE_P(OpenAi, OpenAiCodes, testing::Values(
    std::pair{"KEY_REQUIRED", "invalid_api_key"}, std::pair{"NO_TARGET", "model_not_found"},
    std::pair{"CONTEXT_TOO_LONG", "context_length_exceeded"}, std::pair{"RATE_LIMITED", "rate_limit_exceeded"},
    std::pair{"BUDGET_EXHAUSTED", "budget_exceeded"}, std::pair{"CIRCUIT_BREAKER_OPEN", "circuit_breaker_open"},
    std::pair{"", "internal"}));

TEST(OpenAiErrors, OfAnExhaustedChainTellTheAttempts) {
    const Error error{
        .code = Code::unavailable, .message = "", .details = R"({"attempts":[{"target":"a","code":"PROVIDER_FAULT","took_us":7}]})"};
    EXPECT_EQ(json::parse(error_json(error))->at("error").at("attempts").at(0).at("target"), "a");
    const Error plain{.code = Code::unavailable, .message = "", .details = R"({"used":1})"};
    EXPECT_FALSE(json::parse(error_json(plain))->at("error").as_object().contains("attempts"));
}

TEST(OpenAiErrors, OfABudgetAskForNoRepetition) {
    EXPECT_EQ(net::find_header(error_response({.code = Code::resource_exhausted, .message = "", .reason = "BUDGET_EXHAUSTED"}).headers,
                               "x-should-retry"),
              "false");
    EXPECT_EQ(net::find_header(error_response({.code = Code::resource_exhausted, .message = ""}).headers, "x-should-retry"), "");
}

TEST(OpenAiEmbeddings, AreReadFromATextOrMany) {
    const auto one = embeddings_request(R"({"model":"m","input":"a"})");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->ask.texts, std::vector<std::string>{"a"});
    EXPECT_FALSE(one->base64);
    const auto two = embeddings_request(R"({"model":"m","input":["a","b"],"dimensions":8,"encoding_format":"base64"})");
    ASSERT_TRUE(two);
    EXPECT_EQ(two->ask.texts, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(two->ask.dimensions, 8);
    EXPECT_TRUE(two->base64);
}

class OpenAiEmbeddingFaults : public testing::TestWithParam<std::pair<const char*, const char*>> {};
TEST_P(OpenAiEmbeddingFaults, ArePlaced) {
    const auto [body, place] = GetParam();
    const auto request = embeddings_request(body);
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().faults.front().path, place);
}
INSTANTIATE_TEST_SUITE_P(OpenAi, OpenAiEmbeddingFaults, testing::Values(
    std::pair{R"({"input":"a"})", "/model"}, std::pair{R"({"model":"m"})", "/input"}, std::pair{R"({"model":"m","input":""})", "/input"},
    std::pair{R"({"model":"m","input":[]})", "/input"}, std::pair{R"({"model":"m","input":[1,2]})", "/input"},
    std::pair{R"({"model":"m","input":"a","dimensions":0})", "/dimensions"},
    std::pair{R"({"model":"m","input":"a","encoding_format":"hex"})", "/encoding_format"}));

TEST(OpenAiEmbeddings, AreWrittenAsNumbersOrPacked) {
    const llm::EmbedAnswer answer{.vectors = {{0.5F, -1.0F}, {0.1F, 0.0F}},
                                  .usage = {.input = Tokens{7}, .output = {}, .cache_write = {}, .cache_read = {}}};
    EXPECT_EQ(embeddings_json(answer, "m", false),
              R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1]},)"
              R"({"object":"embedding","index":1,"embedding":[0.1,0]}],"model":"m","usage":{"prompt_tokens":7,"total_tokens":7}})");
    EXPECT_EQ(json::parse(embeddings_json(answer, "m", true))->at("data").at(0).at("embedding"), "AAAAPwAAgL8=") << "little-endian";
    const llm::EmbedAnswer padded{.vectors = {{0.5F}}};
    EXPECT_EQ(json::parse(embeddings_json(padded, "m", true))->at("data").at(0).at("embedding"), "AAAAPw==");
}
}  // namespace
}  // namespace rondo::gateway::openai
