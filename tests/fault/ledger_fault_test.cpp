#include "unit/engine/ledger/ledger_fixture.hpp"

namespace rondo::ledger {
namespace {
using namespace std::chrono_literals;
using DiskCall = store::FaultPlan::Call;
using Effect = store::FaultPlan::Effect;

class LedgerFaultTest : public LedgerTest {
protected:
    LedgerFaultTest() { config.user_day = 0.001000; }
    void fill_disk() { faults.arm({.call = DiskCall::write, .effect = Effect::no_space, .times = store::FaultPlan::kForever}); }
};

TEST_F(LedgerFaultTest, AFullDiskStopsNewSlicesButNotWhatIsSlicedAlreadyAndLosesNothing) {
    config.slice_percent = 20;
    start();
    reserve(ada(), 1)->settle(costing(1));
    settle();
    fill_disk();
    std::int64_t spent = 1;
    for (;;) {
        auto got = reserve(ada(), 10);
        if (!got) {
            EXPECT_EQ(got.error().error.code, Code::insufficient_storage);
            EXPECT_FALSE(got.error().exhausted);
            break;
        }
        spent += got->settle(costing(10)).micros;
        ASSERT_LE(spent, 1'000);
    }
    EXPECT_GE(spent, 100) << "the slice in hand is still good";
    EXPECT_LE(spent, 400) << "and nothing beyond it";
    EXPECT_GT(ledger->stats().unsaved, 0);
    faults.clear();
    run_tend();
    EXPECT_EQ(ledger->stats().unsaved, 0) << "what was refused is written again";
    EXPECT_EQ(usage_by(GroupBy::user).total.cost.micros, spent);
    EXPECT_EQ(report(user("ada")).used.micros, spent);
    EXPECT_TRUE(reserve(ada(), 1'000 - spent));
}

TEST_F(LedgerFaultTest, AFullDiskAtTheFirstCallRefusesItAndLeavesNothingHeld) {
    start();
    fill_disk();
    const auto got = reserve(ada(), 10);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().error.code, Code::insufficient_storage);
    faults.clear();
    EXPECT_EQ(report(user("ada")).held, Money{0});
    EXPECT_TRUE(reserve(ada(), 1'000));
}

TEST_F(LedgerFaultTest, WhenTooMuchWaitsForTheDiskCallsAreRefused) {
    config.max_unsaved = 16;
    config.slice_percent = 100;
    start();
    reserve(ada(), 1)->settle(costing(1));
    settle();
    fill_disk();
    int settled = 0;
    for (;; ++settled) {
        auto got = reserve(ada(), 1);
        settle();
        if (!got) {
            EXPECT_EQ(got.error().error.reason, "LEDGER_BEHIND");
            break;
        }
        got->settle(costing(1));
    }
    EXPECT_EQ(settled, 16);
    faults.clear();
    run_tend();
    EXPECT_TRUE(reserve(ada(), 1));
}

TEST_F(LedgerFaultTest, AFailedCloseIsTriedAgainAndTheSliceIsNotLost) {
    start();
    reserve(ada(), 100)->settle(costing(100));
    settle();
    fill_disk();
    clock.advance(config.idle_close);
    run_tend();
    EXPECT_EQ(ledger->stats().accounts, 1);
    faults.clear();
    run_tend();
    EXPECT_EQ(ledger->stats().accounts, 0);
    crash();
    EXPECT_EQ(report(user("ada")).unaccounted, Money{0});
}

struct Death {
    const char* claim;
    DiskCall call;
    Effect effect;
};
/// Fails the n-th call of a kind for every n until none is left, as a process that dies there, and looks at what the next one believes.
class LedgerDeath : public LedgerFaultTest, public testing::WithParamInterface<Death> {};
TEST_P(LedgerDeath, NeverGivesBackWhatWasSpent) {
    config.slice_percent = 5;
    for (int nth = 1;; ++nth) {
        SCOPED_TRACE(testing::Message() << GetParam().claim << ", call " << nth);
        start();
        ASSERT_TRUE(run(ledger->put({user("ada"), {.day = Money{1'000}}})));
        const auto before = report(user("ada"));
        const int fired = faults.fired();
        faults.arm({.call = GetParam().call, .file = store::FaultPlan::File::wal, .effect = GetParam().effect, .nth = nth});
        std::int64_t spent = 0;
        for (int i = 0; i < 3; ++i) {
            auto got = reserve(ada(), 30);
            if (!got) continue;
            spent += got->settle(costing(20)).micros;
            settle();
        }
        const bool struck = faults.fired() > fired;
        faults.clear();
        drop();
        start();
        const auto after = report(user("ada"));
        EXPECT_GE(after.used, before.used + Money{spent});
        EXPECT_LE(after.used, Money{1'000});
        drop();
        std::filesystem::remove_all(folder.path());
        if (!struck) break;
        ASSERT_LT(nth, 1'000);
    }
}
INSTANTIATE_TEST_SUITE_P(Ledger, LedgerDeath, testing::Values(
    Death{"a failed sync",       DiskCall::sync,  Effect::io_error},
    Death{"a failed write",      DiskCall::write, Effect::io_error},
    Death{"a write that is cut", DiskCall::write, Effect::half},
    Death{"a full disk",         DiskCall::write, Effect::no_space}));
}  // namespace
}  // namespace rondo::ledger
