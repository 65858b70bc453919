#include "platform/store/shared_state.hpp"

#include <gtest/gtest.h>

namespace rondo::store {
namespace {
using namespace std::chrono_literals;

class SharedStateTest : public testing::Test {
protected:
    ManualClock clock;
    std::unique_ptr<SharedState> state{make_local_state({.leases = 3, .values = 2, .counters = 2})};
};

TEST_F(SharedStateTest, ASecondAcquirerIsRefusedUntilTheFirstLetsGo) {
    {
        auto lease = state->acquire("session", 1, 10s);
        ASSERT_TRUE(lease);
        EXPECT_EQ(lease->name(), "session");
        EXPECT_EQ(lease->token(), 1);
        const auto second = state->acquire("session", 2, 10s);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, Code::aborted);
        EXPECT_EQ(second.error().reason, "LEASE_HELD");
        EXPECT_TRUE(state->acquire("another", 2, 10s));
    }
    EXPECT_TRUE(state->acquire("session", 3, 10s)) << "given back by its destructor";
}

TEST_F(SharedStateTest, ALeaseExpiresAndItsFormerHolderCannotTouchTheNext) {
    auto slow = state->acquire("session", 1, 10s);
    ASSERT_TRUE(slow);
    clock.advance(10s - 1ms);
    EXPECT_FALSE(state->acquire("session", 2, 10s)) << "not a moment early";
    clock.advance(1ms);
    auto next = state->acquire("session", 2, 10s);
    ASSERT_TRUE(next);
    EXPECT_FALSE(slow->renew(10s));
    state->release("session", slow->token());
    EXPECT_FALSE(state->acquire("session", 3, 10s)) << "the next holder still has it";
    EXPECT_TRUE(next->renew(10s));
}

TEST_F(SharedStateTest, RenewingPutsTheEndOff) {
    auto lease = state->acquire("session", 1, 10s);
    ASSERT_TRUE(lease);
    const auto first_end = lease->until();
    clock.advance(6s);
    EXPECT_TRUE(lease->renew(10s));
    EXPECT_EQ(lease->until(), first_end + 6s);
    clock.advance(6s);
    EXPECT_FALSE(state->acquire("session", 2, 10s));
    clock.advance(4s);
    EXPECT_FALSE(lease->renew(10s)) << "too late: somebody may have looked";
    EXPECT_TRUE(state->acquire("session", 2, 10s));
}

TEST_F(SharedStateTest, AMovedLeaseIsGivenBackOnce) {
    auto lease = state->acquire("session", 1, 10s);
    ASSERT_TRUE(lease);
    {
        Lease moved{std::move(*lease)};
        EXPECT_FALSE(state->acquire("session", 2, 10s));
    }
    auto other = state->acquire("session", 2, 10s);
    ASSERT_TRUE(other);
    auto third = state->acquire("third", 3, 10s);
    *third = std::move(*other);
    EXPECT_EQ(third->name(), "session");
}

TEST_F(SharedStateTest, LeasesAreBoundedAndNoneIsDroppedForAnother) {
    const auto a = state->acquire("a", 1, 10s), b = state->acquire("b", 2, 10s), c = state->acquire("c", 3, 10s);
    ASSERT_TRUE(a && b && c);
    EXPECT_EQ(state->acquire("d", 4, 10s).error().code, Code::resource_exhausted);
    clock.advance(10s);
    EXPECT_TRUE(state->acquire("d", 5, 10s)) << "expired ones make room";
}

TEST_F(SharedStateTest, ValuesExpire) {
    state->put("k", "v", 10s);
    EXPECT_EQ(state->get("k"), "v");
    state->put("k", "w", 10s);
    clock.advance(10s - 1ms);
    EXPECT_EQ(state->get("k"), "w");
    clock.advance(1ms);
    EXPECT_EQ(state->get("k"), std::nullopt);
    EXPECT_EQ(state->get("never"), std::nullopt);
}

TEST_F(SharedStateTest, WhenValuesAreManyTheFirstToExpireGoesAndIsCounted) {
    state->put("long", "v", 10s);
    state->put("short", "v", 5s);
    state->put("long", "again", 10s);
    EXPECT_EQ(state->stats().evicted_early, 0) << "replacing takes no room";
    state->put("third", "v", 10s);
    EXPECT_EQ(state->get("short"), std::nullopt);
    EXPECT_EQ(state->get("long"), "again");
    EXPECT_EQ(state->stats().values, 2);
    EXPECT_EQ(state->stats().evicted_early, 1);
    clock.advance(10s);
    state->put("fourth", "v", 10s);
    EXPECT_EQ(state->stats().values, 1) << "expired ones leave memory";
    EXPECT_EQ(state->stats().evicted_early, 1) << "and are not counted";
}

TEST_F(SharedStateTest, ACounterStartsAgainAfterItsWindow) {
    EXPECT_EQ(state->add("user", 1, 60s), 1);
    clock.advance(59s);
    EXPECT_EQ(state->add("user", 2, 60s), 3) << "the window began with the first add";
    EXPECT_EQ(state->add("other", 5, 60s), 5);
    clock.advance(1s);
    EXPECT_EQ(state->add("user", 1, 60s), 1);
    EXPECT_EQ(state->stats().leases, 0);
    EXPECT_EQ(state->stats().counters, 2);
}
}  // namespace
}  // namespace rondo::store
