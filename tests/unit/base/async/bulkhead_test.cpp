#include "base/async/bulkhead.hpp"

#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace rondo {
namespace {
TEST(Bulkhead, AdmitsAsManyAsItHasPermits) {
    Bulkhead bulkhead{2, 0};
    EXPECT_TRUE(bulkhead.try_enter());
    EXPECT_TRUE(bulkhead.try_enter());
    EXPECT_FALSE(bulkhead.try_enter());
    EXPECT_FALSE(bulkhead.join()) << "nobody may wait where the queue has no room";
    EXPECT_FALSE(bulkhead.leave());
    EXPECT_TRUE(bulkhead.try_enter());
}

TEST(Bulkhead, PassesAPermitToTheLongestWaiting) {
    Bulkhead bulkhead{1, 2};
    ASSERT_TRUE(bulkhead.try_enter());
    const auto first = bulkhead.join();
    const auto second = bulkhead.join();
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(bulkhead.join()) << "the queue is full";
    EXPECT_EQ(bulkhead.leave(), first);
    EXPECT_FALSE(bulkhead.try_enter()) << "a newcomer must not overtake";
    EXPECT_EQ(bulkhead.leave(), second);
    EXPECT_EQ(bulkhead.leave(), std::nullopt);
    EXPECT_EQ(bulkhead.in_use(), 0U);
}

TEST(Bulkhead, WhoGivesUpIsPassedOver) {
    Bulkhead bulkhead{1, 3};
    ASSERT_TRUE(bulkhead.try_enter());
    const auto first = bulkhead.join();
    const auto second = bulkhead.join();
    EXPECT_TRUE(bulkhead.abandon(*first));
    EXPECT_EQ(bulkhead.leave(), second);
    EXPECT_FALSE(bulkhead.abandon(*second)) << "who was just given a permit must give it back instead";
    EXPECT_EQ(bulkhead.in_use(), 1U);
}

TEST(Bulkhead, MorePermitsAdmitWhoWaits) {
    Bulkhead bulkhead{1, 5};
    ASSERT_TRUE(bulkhead.try_enter());
    const auto first = bulkhead.join();
    const auto second = bulkhead.join();
    const auto third = bulkhead.join();
    EXPECT_EQ(bulkhead.resize(3, 5), (std::vector{*first, *second}));
    EXPECT_TRUE(bulkhead.resize(1, 5).empty());
    EXPECT_FALSE(bulkhead.leave()) << "three hold, one is allowed: nobody enters";
    EXPECT_FALSE(bulkhead.leave());
    EXPECT_EQ(bulkhead.leave(), third);
}

TEST(Bulkhead, NeverExceedsItsPermitsAndLosesNoneInRandomHistories) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE(seed);
        Rng rng{seed};
        const std::size_t permits = 1 + rng.below(4);
        const std::size_t queue = rng.below(5);
        Bulkhead bulkhead{permits, queue};
        std::size_t held = 0;
        std::deque<Bulkhead::Waiter> waiting;  // in the order they came
        for (int step = 0; step < 300; ++step) {
            const auto action = rng.below(3);
            if (action == 0) {
                if (bulkhead.try_enter()) {
                    EXPECT_TRUE(waiting.empty());
                    ++held;
                } else if (const auto waiter = bulkhead.join()) {
                    waiting.push_back(*waiter);
                }
            } else if (action == 1 && held > 0) {
                --held;
                if (const auto next = bulkhead.leave()) {
                    ASSERT_FALSE(waiting.empty());
                    EXPECT_EQ(*next, waiting.front()) << "first come, first served";
                    waiting.pop_front();
                    ++held;
                }
            } else if (action == 2 && !waiting.empty()) {
                const auto chosen = static_cast<std::ptrdiff_t>(rng.below(waiting.size()));
                EXPECT_TRUE(bulkhead.abandon(waiting[static_cast<std::size_t>(chosen)]));
                waiting.erase(waiting.begin() + chosen);
            }
            EXPECT_EQ(bulkhead.in_use(), held);
            EXPECT_LE(held, permits);
            EXPECT_EQ(bulkhead.waiting(), waiting.size());
            EXPECT_LE(waiting.size(), queue);
            EXPECT_TRUE(waiting.empty() || held == permits) << "somebody waits beside a free permit";
        }
    }
}
}  // namespace
}  // namespace rondo
