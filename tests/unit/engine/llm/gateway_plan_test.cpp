#include "engine/llm/gateway_plan.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;
constexpr TimePoint kStart{std::chrono::hours{1}};

TEST(Plan, BeginsWithTheFirstTarget) {
    const Plan plan{{}, {false, false}};
    const auto step = plan.next({}, kStart, kStart + 1s);
    ASSERT_TRUE(step);
    EXPECT_EQ(step->target, 0U);
    EXPECT_EQ(step->wait, 0s);
    EXPECT_FALSE(step->again);
}

TEST(Plan, BeginsNothingWithoutTimeForIt) {
    const Plan plan{{.least_left = 100ms}, {false}};
    EXPECT_TRUE(plan.next({}, kStart, kStart + 101ms));
    EXPECT_FALSE(plan.next({}, kStart, kStart + 99ms));
    EXPECT_FALSE(plan.next({}, kStart, kStart - 1s));
    EXPECT_TRUE(plan.next({}, kStart, TimePoint::max()));
}

TEST(Plan, OnlyATargetThatWasNotTriedIsAHedge) {
    Plan plan{{}, {false, false}};
    plan.begun(0);
    ASSERT_TRUE(plan.hedge({}, kStart));
    EXPECT_EQ(plan.hedge({}, kStart)->target, 1U);
    plan.exclude(1);
    EXPECT_FALSE(plan.hedge({}, kStart));
}

/// Random failures against what the plan promises.
TEST(Plan, HoldsItsPromisesInRandomCalls) {
    for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
        SCOPED_TRACE(seed);
        Rng rng{seed};
        const std::size_t count = 1 + rng.below(4);
        std::vector<bool> can_prefill;
        for (std::size_t i = 0; i < count; ++i) can_prefill.push_back(rng.below(2) == 0);
        const Plan::Settings settings{.attempts = 1 + static_cast<int>(rng.below(6)),
                                      .attempts_per_target = 1 + static_cast<int>(rng.below(3)),
                                      .backoff = {.base = 200ms, .limit = 2s},
                                      .background = rng.below(2) == 0};
        Plan plan{settings, can_prefill};
        const TimePoint deadline = kStart + std::chrono::seconds{1 + rng.below(120)};
        TimePoint now = kStart;
        Sent sent;
        std::vector<int> tries(count);
        std::set<std::size_t> out;
        int attempts = 0;
        while (const auto step = plan.next(sent, now, deadline)) {
            ASSERT_LE(++attempts, settings.attempts);
            ASSERT_LE(++tries[step->target], settings.attempts_per_target);
            EXPECT_FALSE(out.contains(step->target)) << "silent or refused targets are not asked again";
            EXPECT_EQ(step->again, tries[step->target] > 1);
            EXPECT_LE(now + step->wait, deadline - settings.least_left) << "nothing is waited for in vain";
            if (!settings.background) { EXPECT_LE(step->wait, settings.patience); }
            EXPECT_NE(step->rescue, Rescue::none);
            EXPECT_EQ(step->rescue == Rescue::restart, sent.nothing());
            EXPECT_TRUE(step->rescue != Rescue::prefill || can_prefill[step->target]) << "no prefill for who cannot continue";
            now += step->wait + std::chrono::milliseconds{rng.below(500)};
            plan.begun(step->target);
            const ErrorClass classes[] = {ErrorClass::overloaded, ErrorClass::provider_fault, ErrorClass::timeout,
                                          ErrorClass::config_fault};
            const ErrorClass why = classes[rng.below(4)];
            if (!try_again(why)) out.insert(step->target);
            std::optional<std::chrono::milliseconds> retry_after;
            if (rng.below(2) == 0) retry_after = std::chrono::milliseconds{rng.below(20'000)};
            plan.failed(step->target, why, retry_after, now, rng);
            if (rng.below(3) == 0) sent.text += "word ";
            if (rng.below(12) == 0) sent.tool_calls = true;
        }
        if (sent.tool_calls) { EXPECT_FALSE(plan.next(sent, kStart, deadline)); }
    }
}
}  // namespace
}  // namespace rondo::llm
