#include "gateway_fixture.hpp"

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;
using State = CircuitBreaker::State;

class GatewayBreaker : public GatewayTest {
protected:
    GatewayBreaker() {
        config.breaker_min_calls = 4;
        config.breaker_jitter = 0;
        config.attempts_per_target = 1;
        config.breaker_probes = 2;
    }
    void calls(int count) {
        for (int i = 0; i < count; ++i) finish(begin({.model = "", .use_fallback = false}));
    }
    State state() { return gateway->status().targets[0].breaker; }
};

struct Row {
    const char* claim;
    const char* script;
    bool opens;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

class GatewayBreakerFeed : public GatewayBreaker, public testing::WithParamInterface<Row> {};
TEST_P(GatewayBreakerFeed, CountsHowStreamsEnd) {
    build({{"A", false, {GetParam().script}}});
    calls(8);
    EXPECT_EQ(state() == State::open, GetParam().opens) << GetParam().claim;
    EXPECT_EQ(targets[0]->attempts, GetParam().opens ? 4U : 8U);
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Llm, GatewayBreakerFeed, testing::Values(
    Row{"whole answers keep it closed",             "+x|.",              false},
    Row{"faults open it",                           "!provider_fault",   true},
    Row{"so do streams that break in the middle",   "+x|!provider_fault", true},
    Row{"streams that end without saying so",       "+x|end",            true},
    Row{"streams that fall silent",                 "+x|hang",           true},
    Row{"targets that say nothing",                 "hang",              true},
    Row{"and overload",                             "!overloaded",       true},
    Row{"a caller's own fault does not",            "!caller_fault",     false},
    Row{"nor a policy refusal",                     "+x|!policy_refusal", false},
    Row{"nor a refused key",                        "!config_fault",     false}));
// clang-format on

TEST_F(GatewayBreaker, CallsThatWereGivenUpDoNotCount) {
    build({{"A", false, {"hang"}}});
    for (int i = 0; i < 8; ++i) cancel(*begin());
    EXPECT_EQ(state(), State::closed);
}

TEST_F(GatewayBreaker, WithoutFallbackTheCallerIsToldWhenToComeBack) {
    build({{"A", false, {"!provider_fault"}}});
    calls(4);
    ASSERT_EQ(state(), State::open);
    EXPECT_EQ(breaker_log, "A:open ");
    EXPECT_EQ(registry.gauge("rondo_llm_breaker_state", "", {{"target", "A"}}).value(), 1);
    advance(2s);
    const auto call = begin({.model = "", .use_fallback = false});
    ASSERT_EQ(told(call), "unavailable CIRCUIT_BREAKER_OPEN");
    EXPECT_EQ((*call->result).error().retry_after, 3s);
    EXPECT_EQ(gateway->status().targets[0].retry_after, 3s);
    EXPECT_EQ(targets[0]->attempts, 4U) << "an open breaker asks nobody";
    EXPECT_EQ(metric("rondo_llm_attempts_total", {{"target", "A"}, {"result", "breaker_open"}}), 1);
}

TEST_F(GatewayBreaker, WithFallbackTheCallerIsAnswered) {
    build({{"A", false, {"!provider_fault"}}});
    calls(4);
    const auto call = begin({.model = "", .language = "en"});
    EXPECT_TRUE(told(call).starts_with("apology: "));
    EXPECT_TRUE((*call->result)->attempts.empty());
}

TEST_F(GatewayBreaker, AnOpenBreakerIsPassedByForTheNextTarget) {
    build({{"A", false, {"!provider_fault"}}, {"B", false, {"+x|."}}});
    calls(4);
    tried.clear();
    const auto call = begin();
    EXPECT_EQ(told(call), "target: x");
    EXPECT_EQ(tried, "B");
}

TEST_F(GatewayBreaker, HalfOpenAdmitsTheProbesAndNotOneMore) {
    build({{"A", false, {"!provider_fault", "!provider_fault", "!provider_fault", "!provider_fault", "~50|+x|."}}});
    calls(4);
    advance(5s);
    std::vector<decltype(begin())> rush;
    for (int i = 0; i < 10; ++i) rush.push_back(begin({.model = "", .use_fallback = false}));
    EXPECT_EQ(state(), State::half_open);
    EXPECT_EQ(targets[0]->attempts, 6U) << "four that failed and two probes";
    advance(50ms);
    EXPECT_EQ(state(), State::closed);
    EXPECT_EQ(breaker_log, "A:open A:half_open A:closed ");
    EXPECT_EQ(std::ranges::count_if(rush, [](const auto& call) { return told(call) == "primary: x"; }), 2);
}

TEST_F(GatewayBreaker, AProbeThatIsGivenUpMakesRoomForAnother) {
    build({{"A", false, {"!provider_fault", "!provider_fault", "!provider_fault", "!provider_fault", "hang", "hang", "+x|."}}});
    calls(4);
    advance(5s);
    const auto first = begin();
    const auto second = begin();
    cancel(*first);
    const auto third = begin();
    EXPECT_EQ(told(third), "primary: x");
    EXPECT_EQ(state(), State::half_open) << "one of two probes has succeeded";
    cancel(*second);
    calls(1);
    EXPECT_EQ(state(), State::closed);
}

TEST_F(GatewayBreaker, WhatIsKnownOfATargetSurvivesAReload) {
    build({{"A", false, {"!provider_fault"}}});
    calls(4);
    build({{"A", false, {"+x|."}}, {"B", false, {"+y|."}}});
    EXPECT_EQ(state(), State::open);
    EXPECT_EQ(gateway->status().targets[1].breaker, State::closed);
}

TEST_F(GatewayBreaker, AFullTargetIsWaitedForThenPassedBy) {
    config.concurrency = 1;
    config.queue = 1;
    config.queue_wait = 100ms;
    build({{"A", false, {"~1000|+x|."}}});
    const auto first = begin({.model = "", .use_fallback = false});
    const auto second = begin({.model = "", .use_fallback = false});
    const auto third = begin({.model = "", .use_fallback = false});
    EXPECT_EQ(told(third), "resource_exhausted TARGET_BUSY") << "the queue is full";
    EXPECT_GT((*third->result).error().retry_after, 0s);
    EXPECT_EQ(told(second), "waits");
    advance(100ms);
    EXPECT_EQ(told(second), "resource_exhausted TARGET_BUSY") << "waited long enough";
    advance(900ms);
    EXPECT_EQ(told(first), "primary: x");
}
}  // namespace
}  // namespace rondo::llm
