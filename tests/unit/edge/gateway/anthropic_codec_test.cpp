#include "edge/gateway/anthropic_codec.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace rondo::gateway::anthropic {
namespace {
using llm::Message;

llm::ModelRequest ask(std::string_view members) {
    const auto request = messages_request(R"({"model":"m","max_tokens":9,)" + std::string{members} + "}");
    EXPECT_TRUE(request) << (request ? "" : error_json(request.error()));
    return request ? request->ask : llm::ModelRequest{};
}

TEST(AnthropicRequest, SystemIsATextOrBlocks) {
    EXPECT_EQ(*ask(R"("system":"Be kind.","messages":[{"role":"user","content":"hi"}])").system.at(0).text, "Be kind.");
    const auto blocks =
        ask(R"("system":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"messages":[{"role":"user","content":"hi"}])");
    ASSERT_EQ(blocks.system.size(), 2U);
    EXPECT_EQ(*blocks.system[1].text, "b");
}

TEST(AnthropicRequest, AnAnswerOfToolsComesBeforeTheTextBesideIt) {
    const auto request =
        ask(R"("messages":[{"role":"user","content":"2+2"},{"role":"assistant","content":[{"type":"text","text":"Let me see."},)"
            R"({"type":"tool_use","id":"t1","name":"add","input":{"a":2}}]},{"role":"user","content":[)"
            R"({"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"4"}]},{"type":"text","text":"well?"}]}])");
    ASSERT_EQ(request.messages.size(), 4U);
    EXPECT_EQ(request.messages[1].text, "Let me see.");
    EXPECT_EQ(request.messages[1].tool_calls, (std::vector<llm::ToolCall>{{"t1", "add", R"({"a":2})"}}));
    EXPECT_EQ(request.messages[2], (Message{.role = Message::Role::tool, .text = "4", .tool_call_id = "t1"}));
    EXPECT_EQ(request.messages[3], (Message{.role = Message::Role::user, .text = "well?"}));
}

TEST(AnthropicRequest, AnAnswerThatWasBegunIsThePrefill) {
    const auto request = ask(R"("messages":[{"role":"user","content":"a poem"},{"role":"assistant","content":"Roses"}])");
    EXPECT_EQ(request.prefill, "Roses");
    EXPECT_EQ(request.messages.size(), 1U);
}

TEST(AnthropicRequest, OtherBlocksAreKeptAsTheyCame) {
    const auto request = ask(
        R"("messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"u"}},{"type":"text","text":"what?"}]}])");
    EXPECT_EQ(request.messages.at(0).text, "what?");
    EXPECT_EQ(request.messages.at(0).parts, R"([{"type":"image","source":{"type":"url","url":"u"}},{"type":"text","text":"what?"}])");
}

TEST(AnthropicRequest, ToolsSamplingAndTheRest) {
    const auto request = ask(
        R"("messages":[{"role":"user","content":"hi"}],"tools":[{"name":"add","description":"Adds.","input_schema":{"type":"object"}}],)"
        R"("tool_choice":{"type":"tool","name":"add"},"temperature":1,"stop_sequences":["END"],"top_k":5,"metadata":{"user_id":"u"})");
    EXPECT_EQ(request.tools, (std::vector<llm::Tool>{{"add", "Adds.", R"({"type":"object"})"}}));
    EXPECT_EQ(request.tool_choice, (llm::ToolChoice{llm::ToolChoice::Kind::named, "add"}));
    EXPECT_EQ(request.sampling, (llm::Sampling{.max_tokens = 9, .temperature = 1, .stop = {"END"}}));
    EXPECT_EQ(request.extra, R"({"top_k":5,"metadata":{"user_id":"u"}})");
}

struct Refusal {
    const char* claim;
    const char* body;
    const char* place;
};
class AnthropicRefusal : public testing::TestWithParam<Refusal> {};
TEST_P(AnthropicRefusal, NamesThePlace) {
    const auto request = messages_request(GetParam().body);
    ASSERT_FALSE(request) << GetParam().claim;
    const auto response = error_response(request.error());
    EXPECT_EQ(response.status, 400);
    const auto body = *json::parse(response.body);
    EXPECT_EQ(body.at("type"), "error");
    EXPECT_EQ(body.at("error").at("type"), "invalid_request_error");
    EXPECT_NE(body.at("error").at("message").as_string().find(GetParam().place), boost::json::string::npos)
        << GetParam().claim << ": " << response.body;
}
INSTANTIATE_TEST_SUITE_P(Anthropic, AnthropicRefusal, testing::Values(
    Refusal{"no object",           R"(5)",                                                                                    ": must be an object"},
    Refusal{"no model",            R"({"max_tokens":9,"messages":[{"role":"user","content":"hi"}]})",                         "; /model: "},
    Refusal{"no bound",            R"({"model":"m","messages":[{"role":"user","content":"hi"}]})",                            "; /max_tokens: "},
    Refusal{"no messages",         R"({"model":"m","max_tokens":9})",                                                         "; /messages: "},
    Refusal{"a system message",    R"({"model":"m","max_tokens":9,"messages":[{"role":"system","content":"x"}]})",            "; /messages/0/role: "},
    Refusal{"no content",          R"({"model":"m","max_tokens":9,"messages":[{"role":"user"}]})",                            "; /messages/0/content: "},
    Refusal{"a block of no type",  R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{}]}]})",             "; /messages/0/content/0/type: "},
    Refusal{"a result of nothing", R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result"}]}]})", "; /messages/0/content/0/tool_use_id: "},
    Refusal{"a tool of the house", R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"bash_1","name":"bash"}]})", "; /tools/0/input_schema: "},
    Refusal{"a choice we know not", R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}],"tool_choice":{"type":"maybe"}})", "; /tool_choice/type: "},
    Refusal{"too warm",            R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}],"temperature":1.5})", "; /temperature: "}));

const llm::Completion kAnswer{.text = "Hi.",
                              .usage = {.input = Tokens{5}, .output = Tokens{2}, .cache_write = Tokens{1}, .cache_read = Tokens{4}},
                              .model = "m",
                              .finish_reason = "stop"};

/// The events of `frames` by name, joined.
std::string names_of(const std::string& frames) {
    std::string out;
    for (std::size_t at = 0; (at = frames.find("event: ", at)) != std::string::npos;) {
        at += 7;
        out += (out.empty() ? "" : " ") + frames.substr(at, frames.find('\n', at) - at);
    }
    return out;
}

TEST(AnthropicEvents, OfAText) {
    EventWriter writer{{"msg_1", "m"}};
    const std::string first = writer.delta({"H\"i"});
    EXPECT_EQ(names_of(first), "message_start content_block_start content_block_delta");
    EXPECT_NE(first.find(R"(data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"H\"i"}})"),
              std::string::npos);
    EXPECT_EQ(names_of(writer.delta({"."})), "content_block_delta");
    const std::string last = writer.finish(kAnswer);
    EXPECT_EQ(names_of(last), "content_block_stop message_delta message_stop");
    EXPECT_NE(
        last.find(
            R"("delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":5,"cache_creation_input_tokens":1,"cache_read_input_tokens":4,"output_tokens":2})"),
        std::string::npos)
        << last;
}

TEST(AnthropicEvents, EveryCallIsABlockOfItsOwn) {
    EventWriter writer{{"msg_1", "m"}};
    static_cast<void>(writer.delta({"Let me see."}));
    const std::string first = writer.delta({.tool_call = llm::ToolCallDelta{0, "t1", "add", ""}});
    EXPECT_EQ(names_of(first), "content_block_stop content_block_start");
    EXPECT_NE(first.find(R"("index":1,"content_block":{"type":"tool_use","id":"t1","name":"add","input":{}})"), std::string::npos) << first;
    const std::string pieces = writer.delta({.tool_call = llm::ToolCallDelta{0, "", "", R"({"a")"}});
    EXPECT_NE(pieces.find(R"("delta":{"type":"input_json_delta","partial_json":"{\"a\""})"), std::string::npos) << pieces;
    EXPECT_EQ(names_of(writer.delta({.tool_call = llm::ToolCallDelta{0, "", "", ":1}"}})), "content_block_delta");
    const std::string second = writer.delta({.tool_call = llm::ToolCallDelta{1, "t2", "add", "{}"}});
    EXPECT_EQ(names_of(second), "content_block_stop content_block_start content_block_delta");
}

TEST(AnthropicEvents, WhatIsToldAmidACallFollowsAtTheEnd) {
    EventWriter writer{{"msg_1", "m"}};
    EXPECT_EQ(names_of(writer.delta({.tool_call = llm::ToolCallDelta{0, "t1", "add", R"({"a")"}})),
              "message_start content_block_start content_block_delta");
    EXPECT_EQ(writer.delta({.tool_call = llm::ToolCallDelta{1, "t2", "add", R"({"b")"}}), "");
    EXPECT_EQ(writer.delta({"Wait."}), "");
    EXPECT_EQ(names_of(writer.delta({.tool_call = llm::ToolCallDelta{0, "", "", ":1}"}})), "content_block_delta");
    EXPECT_EQ(writer.delta({.tool_call = llm::ToolCallDelta{1, "", "", ":2}"}}), "");
    llm::Completion answer = kAnswer;
    answer.tool_calls = {{"t1", "add", R"({"a":1})"}, {"t2", "add", R"({"b":2})"}};
    const std::string last = writer.finish(answer);
    EXPECT_EQ(names_of(last),
              "content_block_stop content_block_start content_block_delta content_block_stop content_block_start content_block_delta "
              "content_block_stop message_delta message_stop");
    EXPECT_NE(last.find(R"("index":1,"content_block":{"type":"tool_use","id":"t2")"), std::string::npos) << last;
    EXPECT_NE(last.find(R"("partial_json":"{\"b\":2}")"), std::string::npos) << last;
    EXPECT_NE(last.find(R"("text":"Wait.")"), std::string::npos) << last;
}

TEST(AnthropicEvents, AnEmptyAnswerBeginsAndEndsAllTheSame) {
    EventWriter writer{{"msg_1", "m"}};
    EXPECT_EQ(names_of(writer.finish(kAnswer)), "message_start message_delta message_stop");
}

TEST(AnthropicEvents, AnErrorIsToldInTheStream) {
    EventWriter writer{{"msg_1", "m"}};
    EXPECT_EQ(writer.error({Code::unavailable, "broken off"}),
              "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"broken off\"}}\n\n");
}

TEST(AnthropicAnswer, HasTextAndCallsAsBlocks) {
    llm::Completion answer = kAnswer;
    answer.tool_calls = {{"t1", "add", R"({"a":2})"}, {"t2", "add", "no json"}};
    answer.finish_reason = "tool_calls";
    EXPECT_EQ(
        message_json({"msg_1", "m"}, answer),
        R"({"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hi."},{"type":"tool_use","id":"t1","name":"add","input":{"a":2}},{"type":"tool_use","id":"t2","name":"add","input":{"arguments":"no json"}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":1,"cache_read_input_tokens":4,"output_tokens":2}})");
}
}  // namespace
}  // namespace rondo::gateway::anthropic
