// Whoever leaves ends the provider's answer too, at once, and pays for what had come.
#include "edge/mock/provider.hpp"
#include "support/metrics.hpp"
#include "support/sdk_ear.hpp"
#include "support/server_test.hpp"

#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <cstdio>

namespace rondo {
namespace {
using mock::Attempt;
using support::Api;
using support::Client;
using support::text_of;
using namespace std::chrono_literals;

constexpr std::size_t kTokens = 200;      // of a whole answer
constexpr const char* kPaced = "pace@100";  // a token each 100 ms: slow enough to count what is written after a caller has left
constexpr std::chrono::seconds kPatience{30};

class AbortTest : public ::testing::Test {
protected:
    AbortTest() {
        if (!provider.start()) throw std::runtime_error{"the provider does not start"};
        const std::string address = fmt::format("http://127.0.0.1:{}", provider.port());
        server = std::make_unique<support::Server>(support::Server::Settings{{"llm.targets.openai.base_url", address + "/v1"},
                                                                             {"llm.targets.anthropic.base_url", address},
                                                                             {"llm.targets.anthropic.kind", "anthropic"},
                                                                             {"llm.targets.turns.base_url", address + "/v1"},
                                                                             {"llm.targets.turns.model", kPaced},
                                                                             {"llm.order", "turns"}});
    }

    /// The one attempt, once the provider has noticed that nobody listens any more.
    Attempt ended_attempt() {
        const auto over = [](const std::vector<Attempt>& attempts) { return attempts.size() == 1 && attempts.front().ended; };
        EXPECT_TRUE(provider.wait_for(over, kPatience)) << "the provider is still speaking";
        return provider.attempts().at(0);
    }
    void expect_closed_at_once(const Attempt& attempt, TimePoint left, const std::string& who) {
        EXPECT_TRUE(attempt.left_early) << who;
        EXPECT_LE(attempt.tokens_after(left), 1U) << who << ": one token may have been on its way";
        EXPECT_LT(attempt.tokens, kTokens);
        std::printf("%s: closed upstream after %.2f ms\n", who.c_str(),
                    std::chrono::duration<double, std::milli>(attempt.end - left).count());
    }
    /// Waits until the attempt is settled: that comes right after the connection was closed.
    void expect_partly_billed(const std::string& target) {
        Client client{loop, server->port()};
        const std::string of = fmt::format("target=\"{}\"", target);
        const TimePoint until = Clock::now() + kPatience;
        std::string told;
        do {
            told = client.get("/metrics").body;
        } while (support::metric(told, "rondo_llm_attempts_total", {of}) == 0 && Clock::now() < until);
        EXPECT_EQ(support::metric(told, "rondo_llm_attempts_total", {of, "result=\"cancelled\""}), 1) << target;
        EXPECT_GT(support::metric(told, "rondo_llm_tokens_total", {of, "kind=\"input\""}), 0) << target;
        const double output = support::metric(told, "rondo_llm_tokens_total", {of, "kind=\"output\""});
        EXPECT_GT(output, 0) << target;
        EXPECT_LT(output, kTokens) << target;
    }

    support::Loop loop;
    mock::Provider provider{{.tokens = kTokens}};
    std::unique_ptr<support::Server> server;
};

class SdkAbort : public AbortTest, public ::testing::WithParamInterface<Api> {
protected:
    std::string target = GetParam() == Api::openai ? "openai" : "anthropic";
};

TEST_P(SdkAbort, LeavingAStreamEndsTheProvidersAnswer) {
    net::HttpClient http{loop.context().get_executor(), "127.0.0.1", server->port()};
    const CallContext patience = CallContext{}.within(kPatience);
    auto stream = loop.wait(http.stream(support::question(GetParam(), target + "/" + kPaced, "hello", true), patience));
    ASSERT_TRUE(stream);
    for (bool spoke = false; !spoke;) {
        const auto event = loop.wait(stream->next(patience));
        ASSERT_TRUE(event && *event);
        spoke = (*event)->data.contains("You");
    }
    const TimePoint left = Clock::now();
    http.close();
    expect_closed_at_once(ended_attempt(), left, "a stream of " + target);
    expect_partly_billed(target);
}

TEST_P(SdkAbort, LeavingBeforeTheAnswerEndsTheProvidersWork) {
    net::HttpClient http{loop.context().get_executor(), "127.0.0.1", server->port()};
    asio::co_spawn(loop.context(),
                   support::listen(http, GetParam(), support::question(GetParam(), target + "/hang", "hello", false), false),
                   asio::detached);
    while (!provider.wait_for([](const auto& attempts) { return !attempts.empty(); }, 1ms)) loop.context().poll();
    const TimePoint left = Clock::now();
    http.close();
    loop.finish();
    const Attempt attempt = ended_attempt();
    expect_closed_at_once(attempt, left, "JSON of " + target);
    EXPECT_EQ(attempt.bytes, 0U);
}
INSTANTIATE_TEST_SUITE_P(Apis, SdkAbort, ::testing::Values(Api::openai, Api::anthropic),
                         [](const auto& api) { return api.param == Api::openai ? "OpenAi" : "Anthropic"; });

TEST_F(AbortTest, StoppingATurnEndsTheProvidersAnswerAndKeepsWhatWasSaid) {
    Client client{loop, server->port()}, other{loop, server->port()};
    const std::string session = client.open_session();
    auto stream = client.stream_turn(session, "你好");
    auto events = stream.until("delta");
    const TimePoint stopped = Clock::now();
    ASSERT_EQ(other.post("/api/v1/sessions/" + session + "/turns/1/stop", boost::json::object{}).status, 202);
    expect_closed_at_once(ended_attempt(), stopped, "a stopped turn");
    for (auto& event : stream.rest()) events.push_back(std::move(event));
    const auto result = events.back().json();
    EXPECT_EQ(text_of(result, "status"), "stopped");
    EXPECT_FALSE(text_of(result, "npc_response").empty());
    EXPECT_EQ(text_of(result, "npc_response"), support::deltas_of(events));
    EXPECT_GT(result.at("usage").at("output_tokens").as_int64(), 0);
    EXPECT_LT(result.at("usage").at("output_tokens").as_int64(), static_cast<std::int64_t>(kTokens));
    EXPECT_GT(result.at("cost").at("micros").as_int64(), 0);
    expect_partly_billed("turns");
}
}  // namespace
}  // namespace rondo
