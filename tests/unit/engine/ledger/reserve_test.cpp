#include "unit/engine/ledger/ledger_fixture.hpp"

namespace rondo::ledger {
namespace {
using namespace std::chrono_literals;

TEST_F(LedgerTest, TheUnspentPartOfAReservationIsAvailableAgain) {
    config.user_day = 0.000100;
    start();
    auto held = reserve(ada(), 100);
    ASSERT_TRUE(held);
    EXPECT_EQ(report(user("ada")).held, Money{100});
    EXPECT_FALSE(reserve(ada(), 1));
    EXPECT_EQ(held->settle(costing(30)), Money{30});
    EXPECT_FALSE(held->open());
    EXPECT_EQ(report(user("ada")).used, Money{30});
    EXPECT_EQ(report(user("ada")).held, Money{0});
    EXPECT_TRUE(reserve(ada(), 70));
}

TEST_F(LedgerTest, ADroppedReservationGivesEverythingBack) {
    config.user_day = 0.000100;
    start();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(reserve(ada(), 100)) << i;
    auto first = reserve(ada(), 60);
    auto second = reserve(ada(), 40);
    *first = std::move(*second);
    EXPECT_TRUE(reserve(ada(), 60)) << "what was assigned over is released";
    EXPECT_FALSE(reserve(ada(), 61));
}

TEST_F(LedgerTest, WhatTheProviderBilledIsBookedInFullAndBlocksFurtherCalls) {
    config.user_day = 0.000100;
    start();
    auto held = reserve(ada(), 90);
    held->settle(costing(250));
    const auto stands = report(user("ada"));
    EXPECT_EQ(stands.used, Money{250});
    EXPECT_EQ(stands.remaining(), Money{0});
    EXPECT_DOUBLE_EQ(*stands.percentage(), 250.0);
    EXPECT_FALSE(reserve(ada(), 1));
    EXPECT_TRUE(reserve(ada(), 0)) << "what is free is never refused";
}

TEST_F(LedgerTest, WithoutALimitEverythingIsCountedAndNothingRefused) {
    config.user_day = 0;
    start();
    for (int i = 0; i < 3; ++i) reserve(ada(), 1'000'000'000)->settle(costing(1'000));
    EXPECT_EQ(report(user("ada")).used, Money{3'000});
    EXPECT_EQ(report(user("ada")).limit, std::nullopt);
    EXPECT_EQ(ledger->stats().waited, 0);
}

struct Limits {
    const char* claim;
    Subject subject;
    Budget budget;
    std::optional<SubjectKind> refused;  ///< of a reservation of 101 by ada, key k, session s
    Period period{Period::day};
};
class Refusals : public LedgerTest, public testing::WithParamInterface<Limits> {};
TEST_P(Refusals, NameTheBudgetThatIsUsedUp) {
    start();
    const TenantId acme{"acme"};
    ASSERT_TRUE(run(ledger->put({GetParam().subject, GetParam().budget})));
    const Spender spender{.scope = {acme, UserId{"ada"}}, .key = "k", .session = "s"};
    const auto got = reserve(spender, 101);
    ASSERT_EQ(!got, GetParam().refused.has_value()) << GetParam().claim;
    for (const SubjectKind kind : kSubjectKinds) {
        const SubjectView subject = spender.subject(kind);
        const Money held = got && kind == SubjectKind::user ? Money{101} : Money{0};
        if (!got) EXPECT_EQ(report({kind, acme, std::string{subject.id}}).held, held) << "all budgets or none";
    }
    if (got) return;
    EXPECT_EQ(got.error().error.code, Code::resource_exhausted);
    EXPECT_EQ(got.error().error.reason, "BUDGET_EXHAUSTED");
    ASSERT_TRUE(got.error().exhausted);
    const Exhausted& e = *got.error().exhausted;
    EXPECT_EQ(e.subject, GetParam().subject) << GetParam().claim;
    EXPECT_EQ(e.period, GetParam().period) << GetParam().claim;
    EXPECT_EQ(e.limit, Money{100});
    EXPECT_EQ(e.requested, Money{101});
    const auto ends =
        std::chrono::sys_days{std::chrono::year{2026} / (e.period == Period::day ? 1 : 2) / (e.period == Period::day ? 2 : 1)};
    EXPECT_EQ(e.resets_at, ends);
}

const Budget kDay{.day = Money{100}}, kMonth{.month = Money{100}}, kShadow{.day = Money{100}, .shadow = true}, kNone{};
Subject of_acme(SubjectKind kind, const char* id) { return {kind, TenantId{"acme"}, id}; }
INSTANTIATE_TEST_SUITE_P(Ledger, Refusals, testing::Values(
    Limits{"a tenant's day",            of_acme(SubjectKind::tenant, ""),   kDay,    SubjectKind::tenant},
    Limits{"a user's day",              of_acme(SubjectKind::user, "ada"),  kDay,    SubjectKind::user},
    Limits{"a key's day",               of_acme(SubjectKind::key, "k"),     kDay,    SubjectKind::key},
    Limits{"a session's day",           of_acme(SubjectKind::session, "s"), kDay,    SubjectKind::session},
    Limits{"a user's month",            of_acme(SubjectKind::user, "ada"),  kMonth,  SubjectKind::user, Period::month},
    Limits{"a session's month",         of_acme(SubjectKind::session, "s"), kMonth,  SubjectKind::session, Period::month},
    Limits{"another user's limit",      of_acme(SubjectKind::user, "bob"),  kDay,    std::nullopt},
    Limits{"a user of the key's name",  of_acme(SubjectKind::user, "k"),    kDay,    std::nullopt},
    Limits{"a limit in shadow mode",    of_acme(SubjectKind::user, "ada"),  kShadow, std::nullopt},
    Limits{"no limit at all",           of_acme(SubjectKind::user, "ada"),  kNone,   std::nullopt}));

TEST_F(LedgerTest, TheSameNameInAnotherTenantHasABudgetOfItsOwn) {
    config.user_day = 0.000100;
    start();
    const auto here = reserve(ada(), 100);
    const Spender there{.scope = {TenantId{"other"}, UserId{"ada"}}};
    EXPECT_TRUE(reserve(there, 100));
    EXPECT_FALSE(reserve(ada(), 1));
}

TEST_F(LedgerTest, ShadowModeCountsAndTellsAndNeverRefuses) {
    config.user_day = 0.000100;
    config.shadow = true;
    start();
    for (int i = 0; i < 4; ++i) reserve(ada(), 60)->settle(costing(60));
    EXPECT_EQ(report(user("ada")).used, Money{240});
    EXPECT_TRUE(report(user("ada")).shadow);
    EXPECT_EQ(told(Alert::Kind::limit_reached), 1U);
    restart();
    EXPECT_EQ(report(user("ada")).used, Money{240}) << "and remembers";
}

TEST_F(LedgerTest, AWarningIsToldOnceAndRefusesNothing) {
    config.user_day = 0.000100;
    start();
    for (int i = 0; i < 9; ++i) {
        reserve(ada(), 10)->settle(costing(10));
        EXPECT_EQ(told(Alert::Kind::budget_warning), i < 7 ? 0U : 1U) << "after " << 10 * (i + 1);
    }
    EXPECT_EQ(alerts.back().amount, Money{80});
    EXPECT_EQ(alerts.back().threshold, Money{100});
    EXPECT_TRUE(reserve(ada(), 10));
}

TEST_F(LedgerTest, ADayAndAMonthBeginAtMidnightUtc) {
    config.user_day = 0.000100;
    config.user_month = 0.000150;
    start();
    clock.advance(24h - 1us);
    reserve(ada(), 100)->settle(costing(100));
    EXPECT_FALSE(reserve(ada(), 1));
    clock.advance(1us);
    EXPECT_EQ(report(user("ada")).date(), "2026-01-02");
    EXPECT_EQ(report(user("ada")).used, Money{0});
    EXPECT_EQ(report(user("ada"), Period::month).used, Money{100});
    const auto refused = reserve(ada(), 51);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().exhausted->period, Period::month);
    reserve(ada(), 50)->settle(costing(50));
    clock.advance(30 * 24h);
    EXPECT_EQ(report(user("ada"), Period::month).date(), "2026-02");
    EXPECT_TRUE(reserve(ada(), 100));
}

TEST_F(LedgerTest, ACallBelongsToTheDayItWasReservedOn) {
    config.user_day = 0.000100;
    start();
    auto late = reserve(ada(), 100);
    clock.advance(24h);
    auto today = reserve(ada(), 100);
    ASSERT_TRUE(today) << "what is under way since yesterday is yesterday's";
    late->settle(costing(80));
    EXPECT_EQ(report(user("ada")).used, Money{0});
    EXPECT_EQ(report(user("ada")).held, Money{100});
    EXPECT_EQ(report(user("ada"), Period::month).used, Money{80});
    today->settle(costing(7));
    const auto days = usage_by(GroupBy::day);
    ASSERT_EQ(days.lines.size(), 2U);
    EXPECT_EQ(days.lines[0].name, "2026-01-01");
    EXPECT_EQ(days.lines[0].sum.cost, Money{80});
    EXPECT_EQ(days.lines[1].sum.cost, Money{7});
}

TEST_F(LedgerTest, AWallClockSetBackOpensNoOldWindow) {
    config.user_day = 0.000100;
    start();
    clock.advance(24h);
    reserve(ada(), 100)->settle(costing(100));
    clock.advance(-1h);
    EXPECT_FALSE(reserve(ada(), 1));
}

TEST_F(LedgerTest, OnlyTheFirstCallsOfASubjectWaitForTheDisk) {
    config.user_day = 100.0;
    start();
    for (int i = 0; i < 2'000; ++i) {
        auto held = reserve(ada(), 10'000);
        ASSERT_TRUE(held);
        held->settle(costing(10'000));
    }
    EXPECT_LE(ledger->stats().waited, 2);
    EXPECT_EQ(report(user("ada")).used, Money{20'000'000});
}

TEST_F(LedgerTest, EntriesInABatchAreThereIfTheBatchIs) {
    start();
    store::Batch taken, dropped;
    reserve(ada(), 50)->settle(costing(40), taken);
    reserve(ada(), 50)->settle(costing(2), dropped);
    ASSERT_EQ(taken.rows().size(), 1U);
    ASSERT_TRUE(commit(std::move(taken)));
    EXPECT_EQ(report(user("ada")).used, Money{42});
    EXPECT_EQ(usage_by(GroupBy::day).total.cost, Money{40});
}

TEST_F(LedgerTest, AllCallsOfOneReservationAreBooked) {
    start();
    auto held = reserve(ada(), 100);
    const std::vector<Call> calls{{.usage = input(1'000'000), .model = "dear", .target = "first", .attempts = 2},
                                  {.usage = output(500'000), .model = "dear", .target = "second", .estimated = true}};
    EXPECT_EQ(held->settle(calls), Money{2'000'000});
    const auto total = usage_by(GroupBy::model).total;
    EXPECT_EQ(total.calls, 2);
    EXPECT_EQ(total.attempts, 3);
    EXPECT_EQ(total.cost, Money{2'000'000});
    EXPECT_EQ(total.estimated_cost, Money{1'000'000});
}

TEST_F(LedgerTest, NewPricesAndLimitsHoldFromTheNextCallOn) {
    config.user_day = 0.000100;
    start();
    reserve(ada(), 100)->settle(costing(100));
    EXPECT_FALSE(reserve(ada(), 1));
    config.user_day = 0.000300;
    config.prices = {"plain=0/2"};
    ledger->configure(*settings_of(config));
    EXPECT_EQ(reserve(ada(), 100)->settle(costing(100)), Money{200});
    EXPECT_FALSE(reserve(ada(), 1));
}
}  // namespace
}  // namespace rondo::ledger
