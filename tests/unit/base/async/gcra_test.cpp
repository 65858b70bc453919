#include "base/async/gcra.hpp"

#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace rondo {
namespace {
using namespace std::chrono_literals;

struct Step {
    Clock::duration after;  ///< the step before
    std::int64_t cost;
    bool admitted;
    std::int64_t remaining;
    Clock::duration retry_after;
};
struct Row {
    const char* claim;
    Gcra::Rate rate;
    std::vector<Step> steps;
};
class GcraTest : public testing::TestWithParam<Row> {};
TEST_P(GcraTest, Take) {
    const Row& row = GetParam();
    Gcra limit;
    TimePoint now{1h};
    for (std::size_t i = 0; i < row.steps.size(); ++i) {
        const Step& step = row.steps[i];
        now += step.after;
        const auto said = limit.take(row.rate, step.cost, now);
        EXPECT_EQ(said.admitted, step.admitted) << row.claim << ", step " << i;
        EXPECT_EQ(said.remaining, step.remaining) << row.claim << ", step " << i;
        EXPECT_EQ(said.retry_after, step.retry_after) << row.claim << ", step " << i;
    }
}
constexpr Gcra::Rate kThree{.units = 60, .period = 1min, .burst = 3};  // one a second
INSTANTIATE_TEST_SUITE_P(Gcra, GcraTest, testing::Values(
    Row{"a burst comes at once, then it is over", kThree,
        {{0s, 1, true, 2, 0s}, {0s, 1, true, 1, 0s}, {0s, 1, true, 0, 0s}, {0s, 1, false, 0, 1s}}},
    Row{"one unit grows again in its time",       kThree, {{0s, 3, true, 0, 0s}, {999ms, 1, false, 0, 1ms}, {1ms, 1, true, 0, 0s}}},
    Row{"a refused request takes nothing",        kThree, {{0s, 2, true, 1, 0s}, {0s, 2, false, 1, 1s}, {0s, 1, true, 0, 0s}}},
    Row{"silence gives one burst, never more",    kThree, {{0s, 3, true, 0, 0s}, {1h, 3, true, 0, 0s}, {0s, 1, false, 0, 1s}}},
    Row{"more than a burst is never admitted",    kThree, {{0s, 4, false, 3, 0s}, {1h, 4, false, 3, 0s}, {0s, 3, true, 0, 0s}}},
    Row{"a third of a second is rounded against the caller", {.units = 3, .period = 1s, .burst = 1},
        {{0s, 1, true, 0, 0s}, {333'333'333ns, 1, false, 0, 1ns}, {1ns, 1, true, 0, 0s}}},
    Row{"one a day works",                        {.units = 1, .period = 24h, .burst = 1},
        {{0s, 1, true, 0, 0s}, {1h, 1, false, 0, 23h}, {23h, 1, true, 0, 0s}}}));

TEST(Gcra, WhatIsChargedAfterwardsIsWaitedFor) {
    Gcra limit;
    const TimePoint start{1h};
    limit.charge(kThree, 5, start);
    EXPECT_FALSE(limit.look(kThree, start).admitted);
    EXPECT_EQ(limit.look(kThree, start).retry_after, 3s) << "five seconds of debt, a burst of three";
    EXPECT_TRUE(limit.look(kThree, start + 3s).admitted);
    EXPECT_FALSE(limit.idle(start + 4s));
    EXPECT_TRUE(limit.idle(start + 5s));
}

TEST(Gcra, DebtHasABound) {
    Gcra limit;
    const TimePoint start{1h};
    for (int i = 0; i < 10; ++i) limit.charge(kThree, INT64_MAX, start);
    EXPECT_EQ(limit.look(kThree, start).reset_after, 3s * Gcra::kMaxDebt);
}

TEST(Gcra, ARateMayChangeUnderway) {
    Gcra limit;
    const TimePoint start{1h};
    EXPECT_TRUE(limit.take(kThree, 3, start).admitted);
    EXPECT_TRUE(limit.take({.units = 600, .period = 1min, .burst = 100}, 1, start).admitted);
}

TEST(Gcra, NoWindowEverHoldsMoreThanABurstAndItsRate) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        SCOPED_TRACE(testing::Message() << "seed " << seed);
        Rng rng{seed};
        const auto units = static_cast<std::int64_t>(1 + rng.below(5'000));
        const Gcra::Rate rate{.units = units,
                              .period = std::chrono::milliseconds{1 + rng.below(100'000)},
                              .burst = static_cast<std::int64_t>(1 + rng.below(static_cast<std::uint64_t>(units)))};
        struct Admitted {
            TimePoint at;
            std::int64_t cost;
        };
        std::vector<Admitted> admitted;
        Gcra limit;
        TimePoint now{1h};
        for (int i = 0; i < 300; ++i) {
            now += Clock::duration{static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(rate.period.count() / units * 3 + 1)))};
            const auto cost = static_cast<std::int64_t>(1 + rng.below(static_cast<std::uint64_t>(std::min<std::int64_t>(rate.burst, 20))));
            const auto said = limit.take(rate, cost, now);
            if (said.admitted) admitted.push_back({now, cost});
            else EXPECT_TRUE(Gcra{limit}.take(rate, cost, now + said.retry_after).admitted) << "retry_after is enough";
            if (!said.admitted) EXPECT_FALSE(Gcra{limit}.take(rate, cost, now + said.retry_after - 1ns).admitted) << "and not too much";
        }
        for (std::size_t from = 0; from < admitted.size(); ++from) {
            std::int64_t sum = 0;
            for (std::size_t to = from; to < admitted.size(); ++to) {
                sum += admitted[to].cost;
                const auto span = static_cast<double>((admitted[to].at - admitted[from].at).count());
                const double allowed =
                    static_cast<double>(rate.burst) + span * static_cast<double>(units) / static_cast<double>(rate.period.count());
                ASSERT_LE(static_cast<double>(sum), allowed + 1e-6) << "from " << from << " to " << to;
            }
        }
        EXPECT_FALSE(admitted.empty());
    }
}
}  // namespace
}  // namespace rondo
