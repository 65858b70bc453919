// /v1 as the SDKs of OpenAI and Anthropic meet it, over a provider that answers and breaks on request.
#include "component/provided.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <optional>
#include <set>

namespace rondo {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;
using support::Answer;
using support::Client;
using support::Event;
using support::kAnthropic;
using support::kOpenAi;
using support::Provided;
using support::Surface;
using support::text_of;
using namespace std::chrono_literals;

class Completions : public Provided, public ::testing::WithParamInterface<Surface> {
protected:
    const Surface& surface = GetParam();
    [[nodiscard]] std::string model(const std::string& fault) const { return fmt::format("{}/{}", surface.target, fault); }
    Answer say(const std::string& fault, object more = {}) { return ask(surface, surface.request(model(fault), "hi", std::move(more))); }
    std::vector<Event> stream(const std::string& fault, object more = {}) {
        return client.stream(surface.streamed(surface.request(model(fault), "hi", std::move(more)))).rest();
    }
};

TEST_P(Completions, AWholeAnswerHasTheSdksShape) {
    const Answer answer = say("ok");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_FALSE(surface.text(answer.json).empty()) << answer.body;
    EXPECT_EQ(surface.finish(answer.json), surface.openai() ? "stop" : "end_turn");
    EXPECT_EQ(answer.text("model"), model("ok")) << "as it was asked for";
    const value usage = answer.at("usage");
    EXPECT_EQ(usage.at(surface.openai() ? "completion_tokens" : "output_tokens"), 4);
    if (surface.openai()) {
        EXPECT_EQ(answer.text("object"), "chat.completion");
        EXPECT_EQ(usage.at("total_tokens").as_int64(), usage.at("prompt_tokens").as_int64() + 4);
    } else {
        EXPECT_EQ(answer.text("type"), "message");
        EXPECT_EQ(answer.text("role"), "assistant");
    }
}

TEST_P(Completions, TheHeadTellsHowTheAnswerCameAbout) {
    const auto check = [&](const std::vector<net::Header>& headers, const char* how) {
        const auto header = [&](const char* name) { return std::string{net::find_header(headers, name)}; };
        EXPECT_EQ(header("x-request-id").size(), 32U) << how;
        EXPECT_EQ(header("x-rondo-route"), surface.target) << how;
        EXPECT_EQ(header("x-rondo-attempts"), "1") << how;
        EXPECT_FALSE(header("x-rondo-overhead-us").empty()) << how;
        EXPECT_EQ(header("x-rondo-cache"), "none") << how;
        EXPECT_THAT(header("x-rondo-decision-id"), testing::StartsWith("d_")) << how;
        EXPECT_EQ(header("openai-processing-ms").empty(), !surface.openai()) << how;
        EXPECT_EQ(header("request-id").empty(), surface.openai()) << how;
    };
    check(say("ok").headers, "whole");
    auto stream = client.stream(surface.streamed(surface.request(model("ok"), "hi")));
    check(stream.head().headers, "streamed");
    stream.rest();
}

TEST_P(Completions, AStreamSaysWhatTheWholeAnswerSays) {
    const auto events = stream("ok");
    EXPECT_EQ(surface.text(events), surface.text(say("ok").json));
    EXPECT_TRUE(surface.whole(events));
}

TEST_P(Completions, AnAnswerThatBreaksOffAfterTheHeadIsToldInTheStream) {
    for (const char* fault : {"error-in-stream@2", "cut@2", "reset-mid-stream@2"}) {
        const auto events = stream(fault);
        EXPECT_FALSE(surface.whole(events)) << fault << ": must not look whole";
        ASSERT_GT(events.size(), 1U) << fault;
        const value told = events.back().json();
        EXPECT_FALSE(text_of(told.at("error"), "message").empty()) << fault;
        EXPECT_EQ(events.back().type, surface.openai() ? "message" : "error") << fault;
    }
}

TEST_P(Completions, BeforeTheHeadItHasAStatusOfItsOwn) {
    struct Row {
        const char* fault;
        int status;
        const char* openai;
        const char* anthropic;
    };
    for (const auto& [fault, status, openai, anthropic] : {
             Row{"unavailable", 429, "rate_limit_error", "rate_limit_error"},
             Row{"server-error", 503, "server_error", "overloaded_error"},
             Row{"key-refused", 502, "server_error", "api_error"},
             Row{"context-too-long", 400, "invalid_request_error", "invalid_request_error"},
         }) {
        const Answer whole = say(fault);
        EXPECT_EQ(whole.status, status) << fault << '\n' << whole.body;
        EXPECT_EQ(text_of(whole.at("error"), "type"), surface.openai() ? openai : anthropic) << fault;
        EXPECT_EQ(whole.header("x-rondo-attempts"), "1") << fault;
        EXPECT_EQ(whole.header("x-rondo-route"), surface.target) << fault;
        EXPECT_EQ(text_of(whole.at("error").at("attempts").at(0), "target"), surface.target) << fault;
        const auto streamed = client.stream(surface.streamed(surface.request(model(fault), "hi")));
        EXPECT_EQ(streamed.head().status, status) << fault;
    }
}

TEST_P(Completions, ToolCallsComeWhole) {
    const object schema{{"type", "object"}, {"properties", {{"city", {{"type", "string"}}}}}, {"required", {"city"}}};
    const object function{{"name", "weather"}, {"description", "of a city"}, {"parameters", schema}};
    const object tool = surface.openai() ? object{{"type", "function"}, {"function", function}}
                                         : object{{"name", "weather"}, {"description", "of a city"}, {"input_schema", schema}};
    const Answer answer = say("ok", {{"tools", array{tool}}});
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(surface.finish(answer.json), surface.openai() ? "tool_calls" : "tool_use");
    std::string arguments;
    for (const Event& event : stream("ok", {{"tools", array{tool}}})) {
        if (event.data == "[DONE]") continue;
        const value json = event.json();
        if (event.type == "content_block_delta") arguments += text_of(json.at("delta"), "partial_json");
        if (!surface.openai() || json.at("choices").as_array().empty()) continue;
        const auto* calls = json.at("choices").at(0).at("delta").as_object().if_contains("tool_calls");
        if (calls) arguments += text_of(calls->at(0).at("function"), "arguments");
    }
    if (surface.openai()) {
        const value call = answer.at("choices").at(0).at("message").at("tool_calls").at(0);
        EXPECT_EQ(text_of(call.at("function"), "name"), "weather");
        EXPECT_EQ(text_of(call.at("function"), "arguments"), arguments) << "streamed as unstreamed";
    } else {
        const value call = answer.at("content").at(0);
        EXPECT_EQ(text_of(call, "name"), "weather");
        EXPECT_EQ(call.at("input"), boost::json::parse(arguments)) << "streamed as unstreamed";
    }
}

TEST_P(Completions, ACallerWhoLeavesEndsTheProvidersWork) {
    {
        auto stream = client.stream(surface.streamed(surface.request(model("stall@2"), "hi")));
        ASSERT_TRUE(stream.next());
        client.close();
    }
    EXPECT_TRUE(provider.wait_for(
        [](const std::vector<mock::Attempt>& attempts) { return attempts.size() == 1 && attempts[0].ended && attempts[0].left_early; },
        10s));
}

TEST_P(Completions, OneWhoLeavesBeforeAWholeAnswerDoesToo) {
    std::optional<Answer> never;
    client.send_meanwhile(Client::posting(surface.path, surface.request(model("hang"), "hi")), never);
    Client other{loop, server.port()};
    other.get("/livez");
    ASSERT_TRUE(provider.wait_for([](const auto& attempts) { return attempts.size() == 1; }, 10s));
    client.close();
    EXPECT_TRUE(provider.wait_for([](const auto& attempts) { return attempts[0].left_early; }, 10s));
}

TEST_P(Completions, ALongTranscriptIsTaken) {
    EXPECT_EQ(ask(surface, surface.request(model("ok"), std::string(1U << 20U, 'a'))).status, 200);
}

INSTANTIATE_TEST_SUITE_P(Both, Completions, testing::Values(kOpenAi, kAnthropic), [](const auto& at) { return at.param.name; });

class OpenAiStream : public Provided {};

TEST_F(OpenAiStream, ItsChunksAreExact) {
    const object options{{"stream_options", {{"include_usage", true}}}};
    const auto events = client.stream(kOpenAi.streamed(kOpenAi.request("mock/ok", "hi", options))).rest();
    ASSERT_GE(events.size(), 4U);
    EXPECT_EQ(events.back().data, "[DONE]");
    std::set<std::string> heads;
    for (std::size_t i = 0; i + 1 < events.size(); ++i) {
        const value chunk = events[i].json();
        EXPECT_EQ(text_of(chunk, "object"), "chat.completion.chunk");
        heads.insert(fmt::format("{} {} {}", text_of(chunk, "id"), chunk.at("created").as_int64(), text_of(chunk, "model")));
        const bool usage = i + 2 == events.size();
        EXPECT_EQ(chunk.at("choices").as_array().empty(), usage) << i;
        EXPECT_EQ(chunk.at("usage").is_object(), usage) << i;
        if (usage) continue;
        const bool last = i + 3 == events.size();
        const value& choice = chunk.at("choices").at(0);
        EXPECT_EQ(choice.at("finish_reason"), last ? value("stop") : value(nullptr)) << i;
        EXPECT_EQ(choice.at("delta").as_object().contains("role"), i == 0) << i;
        if (last) EXPECT_TRUE(choice.at("delta").as_object().empty());
    }
    EXPECT_EQ(heads.size(), 1U) << "id, created and model stay the same";
    EXPECT_EQ(events[events.size() - 2].json().at("usage").at("completion_tokens"), 4);
    for (const Event& event : client.stream(kOpenAi.streamed(kOpenAi.request("mock/ok", "hi"))).rest())
        EXPECT_EQ(event.data.find("usage"), std::string::npos) << "only for those who asked";
}

class AnthropicStream : public Provided {};

TEST_F(AnthropicStream, ItsEventsComeInOrder) {
    const auto events = client.stream(kAnthropic.streamed(kAnthropic.request("claude/ok", "hi"))).rest();
    std::vector<std::string> types;
    for (const Event& event : events) {
        EXPECT_EQ(text_of(event.json(), "type"), event.type);
        if (types.empty() || types.back() != event.type) types.push_back(event.type);
    }
    EXPECT_THAT(types, testing::ElementsAre("message_start", "content_block_start", "content_block_delta", "content_block_stop",
                                            "message_delta", "message_stop"));
    const value end = events[events.size() - 2].json();
    EXPECT_EQ(text_of(end.at("delta"), "stop_reason"), "end_turn");
    EXPECT_EQ(end.at("usage").at("output_tokens"), 4);
}

class Models : public Provided {};

TEST_F(Models, TargetsAliasesAndScenariosAreListedInBothShapes) {
    const Answer theirs = client.get("/v1/models");
    std::set<std::string> ids;
    for (const auto& model : theirs.at("data").as_array()) ids.insert(text_of(model, "id"));
    EXPECT_THAT(ids, testing::IsSupersetOf({"mock", "claude", "fast", "rondo/sales-zh", "rondo/sales-en"}));
    EXPECT_EQ(theirs.text("object"), "list");
    const Answer others =
        client.send({.method = net::Method::get, .target = "/v1/models", .headers = {{"anthropic-version", "2023-06-01"}}});
    EXPECT_EQ(others.at("data").as_array().size(), ids.size());
    EXPECT_EQ(others.at("has_more"), false);
    EXPECT_EQ(text_of(others.at("data").at(0), "type"), "model");
}

class Embeddings : public Provided {
protected:
    Embeddings() : Provided{{{"llm.targets.mock.embeddings", "true"}}} {}
};

TEST_F(Embeddings, AreNumbersOrTheBytesOfThem) {
    const Answer numbers = client.post("/v1/embeddings", {{"model", "mock/ok"}, {"input", {"one", "two"}}, {"dimensions", 4}});
    ASSERT_EQ(numbers.status, 200) << numbers.body;
    const auto data = numbers.at("data").as_array();
    ASSERT_EQ(data.size(), 2U);
    EXPECT_EQ(data[0].at("embedding").as_array().size(), 4U);
    EXPECT_NE(data[0].at("embedding"), data[1].at("embedding"));
    EXPECT_GT(numbers.at("usage").at("total_tokens").as_int64(), 0);
    EXPECT_EQ(numbers.text("model"), "mock/ok");
    EXPECT_EQ(numbers.header("x-rondo-route"), "mock");
    EXPECT_EQ(numbers.header("x-rondo-attempts"), "1");
    const Answer packed =
        client.post("/v1/embeddings", {{"model", "mock/ok"}, {"input", "one"}, {"dimensions", 4}, {"encoding_format", "base64"}});
    ASSERT_EQ(packed.status, 200) << packed.body;
    EXPECT_EQ(text_of(packed.at("data").at(0), "embedding").size(), 24U) << "four floats in base 64";
}

TEST_F(Embeddings, WhatCannotBeEmbeddedIsRefused) {
    EXPECT_EQ(client.post("/v1/embeddings", {{"model", "mock/ok"}, {"input", array(2'049, "a")}}).status, 400) << "too many";
    EXPECT_EQ(client.post("/v1/embeddings", {{"model", "mock/ok"}, {"input", array(2'048, "a")}}).status, 200) << "the limit itself";
    const Answer none = client.post("/v1/embeddings", {{"model", "none"}, {"input", "a"}});
    EXPECT_EQ(none.status, 404) << none.body;
    EXPECT_EQ(text_of(none.at("error"), "code"), "model_not_found");
}
}  // namespace
}  // namespace rondo
