// A scenario as a model of /v1: whole turns for SDKs that know nothing of sessions.
#include "support/scripted.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <vector>

namespace rondo {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;
using support::Answer;
using support::Client;
using support::Event;
using support::text_of;

object said(const char* role, const std::string& text) { return {{"role", role}, {"content", text}}; }

object chat(array messages, object more = {}) {
    more["model"] = "rondo/sales-zh";
    more["messages"] = std::move(messages);
    return more;
}
std::string text_in(const Answer& answer) { return text_of(answer.at("choices").at(0).at("message"), "content"); }

class ScenarioModels : public support::ServerTest {
protected:
    Answer post(const object& body, std::vector<net::Header> headers = {}) {
        return now().post("/v1/chat/completions", body, std::move(headers));
    }
    value session(std::string_view id) { return now().get(fmt::format("/api/v1/sessions/{}", id)).json; }
    array messages(std::string_view id) { return now().get(fmt::format("/api/v1/sessions/{}/messages", id)).at("items").as_array(); }
};

TEST_F(ScenarioModels, ATurnAnswersInTheSdksShape) {
    const Answer answer = post(chat({said("user", "你好")}));
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_FALSE(text_in(answer).empty());
    EXPECT_EQ(answer.text("model"), "rondo/sales-zh");
    EXPECT_EQ(text_of(answer.at("choices").at(0), "finish_reason"), "stop");
    EXPECT_GT(answer.at("usage").at("total_tokens").as_int64(), 0);
    const auto turn = messages(answer.header("x-session-id"));
    ASSERT_EQ(turn.size(), 2U);
    EXPECT_EQ(text_of(turn[1], "text"), text_in(answer));
    EXPECT_EQ(text_of(turn[1], "decision_id"), answer.header("x-rondo-decision-id")) << "what a rating refers to";
    EXPECT_EQ(answer.header("x-rondo-route"), "rondo/sales-zh");
}

TEST_F(ScenarioModels, AStreamTellsTheTurnAsItIsWritten) {
    auto stream = client.stream(Client::posting(
        "/v1/chat/completions", chat({said("user", "多少钱？")}, {{"stream", true}, {"stream_options", {{"include_usage", true}}}})));
    const std::string id{net::find_header(stream.head().headers, "x-session-id")};
    EXPECT_FALSE(net::find_header(stream.head().headers, "x-rondo-decision-id").empty());
    const auto events = stream.rest();
    ASSERT_GT(events.size(), 3U);
    EXPECT_EQ(events.back().data, "[DONE]");
    EXPECT_GT(events[events.size() - 2].json().at("usage").at("total_tokens").as_int64(), 0);
    std::string text;
    for (std::size_t i = 0; i + 2 < events.size(); ++i) text += text_of(events[i].json().at("choices").at(0).at("delta"), "content");
    EXPECT_EQ(text, text_of(messages(id)[1], "text"));
}

TEST_F(ScenarioModels, AnthropicsSdkConversesToo) {
    const object body{{"model", "rondo/sales-en"}, {"max_tokens", 99}, {"messages", {said("user", "What does it cost?")}}};
    const Answer answer = client.post("/v1/messages", body);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_FALSE(text_of(answer.at("content").at(0), "text").empty());
    EXPECT_EQ(answer.text("stop_reason"), "end_turn");
}

TEST_F(ScenarioModels, ANamedSessionGoesOn) {
    const std::vector<net::Header> named{{"x-session-id", "mine"}};
    ASSERT_EQ(post(chat({said("user", "你好")}), named).status, 200);
    const Answer second = post(chat({said("user", "多少钱？")}), named);
    ASSERT_EQ(second.status, 200) << second.body;
    EXPECT_EQ(second.header("x-session-id"), "mine");
    EXPECT_EQ(session("mine").at("turns"), 2);
    const Answer other = post({{"model", "rondo/sales-en"}, {"messages", {said("user", "hi")}}}, named);
    EXPECT_EQ(other.status, 409) << other.body;
    EXPECT_EQ(post(chat({said("user", "hi")}), {{"x-session-id", "no such id!"}}).status, 400);
}

TEST_F(ScenarioModels, ATranscriptContinuesTheSessionItCameFrom) {
    const Answer first = post(chat({said("system", "Be nice."), said("user", "你好")}));
    const Answer second = post(chat({said("user", "你好"), said("assistant", text_in(first) + "\n"), said("user", "多少钱？")}));
    ASSERT_EQ(second.status, 200) << second.body;
    EXPECT_EQ(second.header("x-session-id"), first.header("x-session-id"));
    EXPECT_EQ(session(first.header("x-session-id")).at("turns"), 2);
    const Answer again = post(chat({said("user", "你好"), said("assistant", text_in(first)), said("user", "可以试用吗？")}));
    ASSERT_EQ(again.status, 200) << again.body;
    const auto path = messages(first.header("x-session-id"));
    ASSERT_EQ(path.size(), 4U);
    EXPECT_EQ(path[2].at("parent_turn"), 1) << "an edited message is a branch";
    EXPECT_EQ(text_of(path[2], "text"), "可以试用吗？");
    EXPECT_NE(post(chat({said("user", "你好")})).header("x-session-id"), first.header("x-session-id")) << "no answer yet: a new one";
}

TEST_F(ScenarioModels, AnUnknownTranscriptIsTakenUp) {
    const Answer answer = post(chat({said("assistant", "您好！"), said("user", "你好"), said("assistant", "请坐。"),
                                     said("user", "多少钱？"), said("assistant", "看数量。"), said("user", "一百件")}));
    ASSERT_EQ(answer.status, 200) << answer.body;
    const std::string id{answer.header("x-session-id")};
    const auto path = messages(id);
    ASSERT_EQ(path.size(), 6U) << "two earlier turns and the new one; a greeting alone is none";
    EXPECT_EQ(text_of(path[0], "text"), "你好");
    EXPECT_EQ(text_of(path[1], "text"), "请坐。");
    EXPECT_EQ(path[1].at("imported"), true);
    EXPECT_FALSE(text_of(path[3], "intent").empty()) << "recognised as if it had been said here";
    EXPECT_FALSE(path[5].as_object().contains("imported"));
    const auto told = client.events(id, 2).rest();
    EXPECT_EQ(support::deltas_of(told), "看数量。") << "its events can be told";
    const auto before = path;
    restart();
    EXPECT_EQ(messages(id), before) << "durable";
    EXPECT_EQ(now().say(id, "好的").at("turn_number"), 4);
}

TEST_F(ScenarioModels, ALongTranscriptIsTakenUpFromItsEnd) {
    array transcript;
    for (int i = 0; i < 30; ++i) {
        transcript.push_back(said("user", fmt::format("问题 {}", i)));
        transcript.push_back(said("assistant", fmt::format("回答 {}", i)));
    }
    transcript.push_back(said("user", "多少钱？"));
    const Answer answer = post(chat(std::move(transcript)));
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto path = messages(answer.header("x-session-id"));
    ASSERT_EQ(path.size(), 22U) << "turn.history_turns and the new one";
    EXPECT_EQ(text_of(path[0], "text"), "问题 20");
}

TEST_F(ScenarioModels, WhatAScenarioCannotAnswerIsRefused) {
    const object tool{{"type", "function"}, {"function", {{"name", "f"}}}};
    const object picture{{"role", "user"}, {"content", {{{"type", "image_url"}, {"image_url", {{"url", "data:x"}}}}}}};
    struct Row {
        const char* claim;
        object body;
    };
    for (const auto& [claim, body] : {
             Row{"tools", chat({said("user", "hi")}, {{"tools", array{tool}}})},
             Row{"a picture", chat({picture})},
             Row{"an answer at the end", chat({said("user", "hi"), said("assistant", "ho")})},
             Row{"nothing said", chat({said("user", "  ")})},
             Row{"a message that is too long", chat({said("user", std::string(40'000, 'a'))})},
         }) {
        const Answer answer = post(body);
        EXPECT_EQ(answer.status, 400) << claim << '\n' << answer.body;
        EXPECT_EQ(text_of(answer.at("error"), "type"), "invalid_request_error") << claim;
    }
}

TEST_F(ScenarioModels, ARepetitionWithItsKeyIsTheSameTurn) {
    const std::vector<net::Header> key{{"Idempotency-Key", "k-1"}};
    const Answer first = post(chat({said("user", "你好")}), key);
    const Answer again = post(chat({said("user", "你好")}), key);
    EXPECT_EQ(again.header("x-session-id"), first.header("x-session-id"));
    EXPECT_EQ(text_in(again), text_in(first));
    EXPECT_EQ(session(first.header("x-session-id")).at("turns"), 1);
}

TEST(ScenarioModelsStopped, WhoLeavesStopsTheTurnAndItsBeginningStays) {
    support::Loop loop;
    support::ScriptedModel model{{support::say("我们"), support::wait_for_gate(), support::say("看重交期")}};
    support::Server server{{}, model.as_npc()};
    Client client{loop, server.port()}, other{loop, server.port()};
    auto stream = client.stream(
        Client::posting("/v1/chat/completions", chat({said("user", "你好")}, {{"stream", true}}), {{"x-session-id", "left"}}));
    ASSERT_TRUE(stream.next());
    client.close();
    const auto ended = other.events("left", 1).rest();
    EXPECT_EQ(support::deltas_of(ended), "我们");
    EXPECT_EQ(text_of(ended.back().json(), "status"), "stopped");
}

TEST(ScenarioModelsFailed, ATurnThatFailsAmidItsAnswerIsToldInTheStream) {
    support::Loop loop;
    support::ScriptedModel model{{support::say("我们"), support::break_off(Code::unavailable)}};
    const support::TempFolder folder;
    const std::string workflow = (folder.path() / "workflow.json").string();
    std::ofstream{workflow} << R"({"name":"w","enabled_nodes":["intent","npc"],"nodes":{"npc":{"on_error":"fail"}}})";
    support::Server server{{{"workflow", workflow}}, model.as_npc()};
    Client client{loop, server.port()};
    const auto events = client.stream(Client::posting("/v1/chat/completions", chat({said("user", "你好")}, {{"stream", true}}))).rest();
    ASSERT_FALSE(events.empty());
    EXPECT_TRUE(events.back().json().as_object().contains("error")) << events.back().data;
}
}  // namespace
}  // namespace rondo
