#include "engine/llm/outbound_transport.hpp"

#include "engine/llm/openai_target.hpp"
#include "support/loop.hpp"
#include "transcript.hpp"
#include "unit/platform/net/scripted_peer.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;

const std::string kAnswer = events({R"({"id":"c1","choices":[{"index":0,"delta":{"content":"Light."}}]})",
                                    R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})",
                                    R"({"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":7}})", "[DONE]"});
const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view text) {
    constexpr auto kDigits = "0123456789abcdef";
    std::string size;
    for (auto left = text.size(); left > 0; left /= 16) size.insert(size.begin(), kDigits[left % 16]);
    return (size.empty() ? "0" : size) + "\r\n" + std::string{text} + "\r\n";
}

/// A target whose provider is a socket on loopback.
struct Stage {
    explicit Stage(net::ScriptedPeer::Script script) : peer{loop.context(), std::move(script)} {}

    Target::Outcome ask() {
        const DeltaSink sink = [this](Delta delta) -> asio::awaitable<Status> {
            heard += delta.text;
            co_return Status{};
        };
        const auto request = question();
        return loop.wait(target.attempt(request, sink, CallContext{}.within(20s)));
    }

    support::Loop loop;
    net::ScriptedPeer peer;
    net::Outbound outbound{
        loop.context(), {.endpoint = {.tls = false, .host = "127.0.0.1", .port = peer.port(), .path = "/v1", .user = {}, .password = {}}}};
    OpenAiTarget target{"main",
                        {.base_url = "http://127.0.0.1/v1", .model = "m"},
                        ApiKey{"sk-1"},
                        std::make_shared<OutboundTransport>([this]() -> net::Outbound& { return outbound; })};
    std::string heard;
};

TEST(Outbound, AnswersComeOverOneKeptConnection) {
    std::string asked;
    Stage stage{[&](net::PeerConnection& connection) -> asio::awaitable<void> {
        for (int nth = 0; nth < 2; ++nth) {
            asked = co_await connection.read_until("\"include_usage\":true}}");
            co_await connection.send(kHead + chunk(kAnswer.substr(0, 30)));
            co_await connection.send(chunk(kAnswer.substr(30)) + chunk(""));
        }
        co_await connection.read_to_end();
    }};
    for (int nth = 0; nth < 2; ++nth) {
        const auto outcome = stage.ask();
        ASSERT_TRUE(outcome) << outcome.error().error.message;
        EXPECT_EQ(outcome->text, "Light.");
        EXPECT_EQ(outcome->usage.output, Tokens{7});
    }
    EXPECT_EQ(stage.heard, "Light.Light.");
    EXPECT_EQ(stage.peer.accepted(), 1);
    EXPECT_TRUE(asked.starts_with("POST /v1/chat/completions HTTP/1.1\r\n")) << asked;
    EXPECT_TRUE(asked.contains("uthorization: Bearer sk-1\r\n")) << asked;
}

TEST(Outbound, ACutIsAFaultAndWhatWasSaidIsKnown) {
    Stage stage{[&](net::PeerConnection& connection) -> asio::awaitable<void> {
        co_await connection.read_until("\"include_usage\":true}}");
        co_await connection.send(kHead + chunk(kAnswer.substr(0, kAnswer.find("\n\n") + 2)));
        connection.reset();
    }};
    const auto outcome = stage.ask();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().error_class, ErrorClass::provider_fault);
    EXPECT_EQ(outcome.error().error.reason, "PROVIDER_FAULT");
    EXPECT_EQ(stage.heard, "Light.");
    EXPECT_EQ(outcome.error().usage.output, Tokens{3});
    EXPECT_TRUE(outcome.error().usage_estimated);
}
}  // namespace
}  // namespace rondo::llm
