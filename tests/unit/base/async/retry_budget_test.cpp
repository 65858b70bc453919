#include "base/async/backoff.hpp"
#include "base/async/retry_budget.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace rondo {
namespace {
using namespace std::chrono_literals;
constexpr TimePoint kStart{std::chrono::hours{1}};

struct Row {
    const char* claim;
    int calls, retries_asked;
    Clock::duration gap;  ///< between the calls and the retries
    int granted;
};

class RetryBudgetTable : public testing::TestWithParam<Row> {};
TEST_P(RetryBudgetTable, Grants) {
    const Row& row = GetParam();
    RetryBudget budget{{.ratio = 0.1, .floor = 3, .window = 10s}};
    for (int i = 0; i < row.calls; ++i) budget.called(kStart);
    int granted = 0;
    for (int i = 0; i < row.retries_asked; ++i) granted += budget.take(kStart + row.gap) ? 1 : 0;
    EXPECT_EQ(granted, row.granted) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Async, RetryBudgetTable, testing::Values(
    Row{"a quiet system may retry a little",           1,   10,  0s,  3},
    Row{"a busy one one call in ten",                  200, 100, 0s,  20},
    Row{"the floor and the share are not added",       40,  10,  0s,  4},
    Row{"calls of long ago allow nothing",             200, 100, 11s, 3},
    Row{"what nobody asks for is not spent",           200, 5,   0s,  5}));

TEST(RetryBudget, ComesBackWithTheWindow) {
    RetryBudget budget{{.ratio = 0.1, .floor = 2, .window = 10s}};
    EXPECT_TRUE(budget.take(kStart));
    EXPECT_TRUE(budget.take(kStart));
    EXPECT_FALSE(budget.take(kStart + 5s));
    EXPECT_TRUE(budget.take(kStart + 10s));
}

TEST(RetryBudget, IsNeverOverdrawnInRandomHistories) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE(seed);
        Rng rng{seed};
        const int floor = static_cast<int>(rng.below(4));
        RetryBudget budget{{.ratio = 0.1, .floor = floor, .window = 10s}};
        std::vector<TimePoint> calls, retries;
        TimePoint now = kStart;
        const auto recent = [&](const std::vector<TimePoint>& times) {
            // The same slices of a second that the budget forgets as a whole.
            return std::ranges::count_if(times, [&](TimePoint t) { return now.time_since_epoch() / 1s - t.time_since_epoch() / 1s < 10; });
        };
        for (int step = 0; step < 500; ++step) {
            now += std::chrono::milliseconds{rng.below(150)};
            if (rng.below(3) != 0) {
                budget.called(now);
                calls.push_back(now);
            } else if (budget.take(now)) {
                retries.push_back(now);
                EXPECT_LE(recent(retries), std::max<double>(floor, 0.1 * static_cast<double>(recent(calls))));
            } else {
                EXPECT_GT(recent(retries) + 1, std::max<double>(floor, 0.1 * static_cast<double>(recent(calls))));
            }
        }
    }
}

struct BackoffRow {
    const char* claim;
    int retry;
    Clock::duration longest;
};

class BackoffTable : public testing::TestWithParam<BackoffRow> {};
TEST_P(BackoffTable, StaysWithinItsBoundsAndUsesThem) {
    const auto& row = GetParam();
    const Backoff backoff{.base = 200ms, .limit = 2s};
    Rng rng{static_cast<std::uint64_t>(row.retry) + 1};
    Clock::duration low = 1h, high{0};
    for (int i = 0; i < 2'000; ++i) {
        const auto delay = backoff.delay(row.retry, rng);
        low = std::min(low, delay);
        high = std::max(high, delay);
    }
    EXPECT_GE(low, 0s) << row.claim;
    EXPECT_LE(high, row.longest) << row.claim;
    EXPECT_LT(low, row.longest / 50) << "full jitter begins at nothing";
    EXPECT_GT(high, row.longest * 49 / 50) << "and reaches its top";
}

INSTANTIATE_TEST_SUITE_P(Async, BackoffTable, testing::Values(
    BackoffRow{"the first retry waits up to the base", 0,  200ms},
    BackoffRow{"each further one up to twice as long", 2,  800ms},
    BackoffRow{"but not beyond the limit",             4,  2s},
    BackoffRow{"however often",                        99, 2s}));

TEST(Backoff, MayHaveALeastWait) {
    const Backoff backoff{.base = 2s, .limit = 10s, .least = 2s};
    Rng rng{1};
    for (int retry = 0; retry < 200; ++retry) {
        const auto delay = backoff.delay(retry % 6, rng);
        EXPECT_GE(delay, 2s);
        EXPECT_LE(delay, 10s);
    }
}
}  // namespace
}  // namespace rondo
