#include "mind/guard/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rondo::guard {
namespace {
using namespace std::chrono_literals;
constexpr TimePoint kStart{1h};

TEST(RateLimiter, AKeyWithoutLimitsIsNotEvenRemembered) {
    RateLimiter limiter;
    const auto said = limiter.admit("a", {}, kStart);
    EXPECT_TRUE(said.admitted);
    EXPECT_FALSE(said.requests || said.tokens);
    EXPECT_EQ(limiter.keys(), 0U);
}

TEST(RateLimiter, AMinutesWorthThenARefusalThatSaysWhen) {
    RateLimiter limiter;
    const Limits limits{.requests_per_minute = 60};
    for (int i = 0; i < 60; ++i) EXPECT_TRUE(limiter.admit("a", limits, kStart).admitted) << i;
    const auto refused = limiter.admit("a", limits, kStart);
    EXPECT_FALSE(refused.admitted);
    EXPECT_STREQ(refused.refused_by, "requests");
    EXPECT_EQ(refused.retry_after, 1s);
    ASSERT_TRUE(refused.requests);
    EXPECT_EQ(refused.requests->limit, 60);
    EXPECT_EQ(refused.requests->remaining, 0);
    EXPECT_EQ(refused.requests->reset_after, 60s);
    EXPECT_TRUE(limiter.admit("b", limits, kStart).admitted) << "keys do not share";
    EXPECT_TRUE(limiter.admit("a", limits, kStart + 1s).admitted);
}

TEST(RateLimiter, UsedUpTokensRefuseTheNextRequestAndTakeNoneOfIt) {
    RateLimiter limiter;
    const Limits limits{.requests_per_minute = 60, .tokens_per_minute = 600};
    EXPECT_TRUE(limiter.admit("a", limits, kStart).admitted);
    limiter.spend("a", limits, 700, kStart);
    const auto refused = limiter.admit("a", limits, kStart);
    EXPECT_FALSE(refused.admitted);
    EXPECT_STREQ(refused.refused_by, "tokens");
    EXPECT_EQ(refused.tokens->remaining, 0);
    EXPECT_EQ(refused.requests->remaining, 59) << "the refused request was not counted";
    EXPECT_EQ(refused.retry_after, 10100ms) << "100 tokens of debt and one more, ten a second";
    EXPECT_TRUE(limiter.admit("a", limits, kStart + 10100ms).admitted);
}

TEST(RateLimiter, IdleKeysMakeRoomBusyOnesDoNot) {
    RateLimiter limiter{3};
    const Limits limits{.requests_per_minute = 60};
    for (const char* key : {"a", "b", "c"}) EXPECT_TRUE(limiter.admit(key, limits, kStart).admitted);
    const auto refused = limiter.admit("d", limits, kStart);
    EXPECT_FALSE(refused.admitted) << "forgetting a busy key would give it a second burst";
    EXPECT_STREQ(refused.refused_by, "keys");
    EXPECT_GT(refused.retry_after, 0s);
    EXPECT_TRUE(limiter.admit("d", limits, kStart + 1s).admitted);
    EXPECT_EQ(limiter.keys(), 3U);
}

TEST(RateLimiter, AFloodOfKeysStaysWithinTheBound) {
    RateLimiter limiter{100};
    const Limits limits{.requests_per_minute = 60};
    for (int i = 0; i < 10'000; ++i) limiter.admit("key" + std::to_string(i), limits, kStart + i * 10ms);
    EXPECT_LE(limiter.keys(), 100U);
}
}  // namespace
}  // namespace rondo::guard
