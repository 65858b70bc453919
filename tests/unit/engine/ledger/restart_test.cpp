#include "unit/engine/ledger/ledger_fixture.hpp"

namespace rondo::ledger {
namespace {
using namespace std::chrono_literals;

TEST_F(LedgerTest, WhoClosesDoesNotWaitForMoreEntries) {
    config.user_day = 0.001000;
    config.flush_interval = 50ms;  // on a clock that stands still
    start();
    reserve(ada(), 100)->settle(costing(40));
    restart();
    EXPECT_EQ(report(user("ada")).used, Money{40});
}

TEST_F(LedgerTest, AnOrderlyRestartForgetsNothingAndCountsNothingTwice) {
    config.user_day = 0.001000;
    start();
    reserve(ada(), 300)->settle(costing(200));
    restart();
    EXPECT_EQ(report(user("ada")).used, Money{200});
    EXPECT_EQ(report(user("ada")).unaccounted, Money{0});
    EXPECT_TRUE(reserve(ada(), 800));
    EXPECT_FALSE(reserve(ada(), 801));
    EXPECT_EQ(usage_by(GroupBy::user).total.cost, Money{200});
}

TEST_F(LedgerTest, WhatWasHeldAtACrashCountsAsSpentUntilReconciled) {
    config.user_day = 0.001000;
    config.slice_percent = 10;
    start();
    reserve(ada(), 100)->settle(costing(100));
    settle();
    auto held = reserve(ada(), 500);
    ASSERT_TRUE(held);
    held->release();  // in memory alone: the process that dies does not get to tell
    crash();
    const auto stands = report(user("ada"));
    EXPECT_GE(stands.used, Money{600});
    EXPECT_LE(stands.used, Money{700}) << "a slice more at most";
    EXPECT_EQ(stands.unaccounted, stands.used - Money{100});
    EXPECT_FALSE(reserve(ada(), 401));

    EXPECT_EQ(run(ledger->reconcile(user("ada"))), stands.unaccounted);
    EXPECT_EQ(report(user("ada")).used, Money{100});
    EXPECT_TRUE(reserve(ada(), 900));
    restart();
    EXPECT_EQ(report(user("ada")).used, Money{100}) << "once reconciled, always";
}

TEST_F(LedgerTest, ACrashAfterTheSliceWasGivenBackCostsNothing) {
    config.user_day = 0.001000;
    start();
    reserve(ada(), 300)->settle(costing(200));
    settle();
    clock.advance(config.idle_close);
    run_tend();
    EXPECT_EQ(ledger->stats().accounts, 0);
    crash();
    EXPECT_EQ(report(user("ada")).used, Money{200});
    EXPECT_EQ(report(user("ada")).unaccounted, Money{0});
}

TEST_F(LedgerTest, ASettledEntryThatWasLostWithTheProcessStaysSpent) {
    config.user_day = 0.001000;
    start();
    auto held = reserve(ada(), 400);
    held->settle(costing(400));  // not written: the loop does not run any more
    crash();
    EXPECT_GE(report(user("ada")).used, Money{400});
    EXPECT_EQ(usage_by(GroupBy::user).total.cost, Money{0});
}

TEST_F(LedgerTest, TheNextDayOwesNothingToACrash) {
    config.user_day = 0.001000;
    start();
    reserve(ada(), 400)->settle(costing(400));
    crash();
    clock.advance(24h);
    EXPECT_EQ(report(user("ada")).used, Money{0});
    EXPECT_TRUE(reserve(ada(), 1'000));
}

TEST_F(LedgerTest, IdleAccountsLeaveMemoryAndComeBackWithTheirSums) {
    config.user_day = 0.001000;
    start();
    for (int round = 1; round <= 3; ++round) {
        reserve(ada(), 100)->settle(costing(100));
        settle();
        clock.advance(config.idle_close);
        run_tend();
        EXPECT_EQ(ledger->stats().accounts, 0);
        EXPECT_EQ(report(user("ada")).used, Money{100 * round});
    }
    EXPECT_FALSE(reserve(ada(), 701));
}

TEST_F(LedgerTest, AnAccountInUseIsNotGivenBack) {
    start();
    const auto held = reserve(ada(), 100);
    clock.advance(1h);
    run_tend();
    EXPECT_EQ(ledger->stats().accounts, 1);
}

TEST_F(LedgerTest, BudgetsThatWereSetAreThereAfterARestartAndCanBeReset) {
    start();
    const Budget budget{.day = Money{70}, .month = Money{700}, .warn_percent = 50, .shadow = true};
    ASSERT_TRUE(run(ledger->put({user("ada"), budget})));
    ASSERT_TRUE(run(ledger->put({user("bob"), {}})));
    restart();
    EXPECT_EQ(ledger->budget(user("ada")), budget);
    EXPECT_EQ(ledger->budget(user("bob")), Budget{}) << "no limit, though the default has one";
    EXPECT_EQ(ledger->budget(user("eve")).day, Money{100'000'000});
    ASSERT_TRUE(run(ledger->reset(user("ada"))));
    EXPECT_EQ(ledger->budget(user("ada")).day, Money{100'000'000});
    restart();
    EXPECT_EQ(ledger->budget(user("ada")).day, Money{100'000'000});
}

TEST_F(LedgerTest, ABudgetSetAtNoonCountsWhatTheMorningSpent) {
    config.user_day = 0;
    start();
    reserve(ada(), 80)->settle(costing(80));
    auto under_way = reserve(ada(), 15);
    ASSERT_TRUE(run(ledger->put({user("ada"), {.day = Money{100}}})));
    EXPECT_FALSE(reserve(ada(), 21));
    EXPECT_TRUE(reserve(ada(), 20));
    under_way->settle(costing(15));
    EXPECT_FALSE(reserve(ada(), 6)) << "what was under way counts once it is settled";
    EXPECT_TRUE(reserve(ada(), 5));
}

struct BadBudget {
    const char* claim;
    Budget budget;
};
TEST_F(LedgerTest, ABudgetThatMakesNoSenseIsRefused) {
    start();
    for (const auto& [claim, budget] :
         {BadBudget{"a negative day", {.day = Money{-1}}}, BadBudget{"a negative month", {.month = Money{-1}}},
          BadBudget{"no warning below 1 %", {.warn_percent = 0}}, BadBudget{"nor above all", {.warn_percent = 101}}}) {
        const Status put = run(ledger->put({user("ada"), budget}));
        ASSERT_FALSE(put) << claim;
        EXPECT_EQ(put.error().code, Code::invalid_argument) << claim;
    }
}

TEST_F(LedgerTest, OldUsageIsLetGoAndTodaysStays) {
    config.keep_days = 62;
    start();
    reserve(ada(), 80)->settle(costing(80));
    settle();
    clock.advance(63 * 24h);
    reserve(ada(), 5)->settle(costing(5));
    EXPECT_EQ(usage_by(GroupBy::day).lines.size(), 2U);
    run_tend();
    const auto days = usage_by(GroupBy::day);
    ASSERT_EQ(days.lines.size(), 1U);
    EXPECT_EQ(days.total.cost, Money{5});
}
}  // namespace
}  // namespace rondo::ledger
