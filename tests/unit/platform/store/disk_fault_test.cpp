#include "store_fixture.hpp"

namespace rondo::store {
namespace {
using Call = FaultPlan::Call;
using File = FaultPlan::File;
using Effect = FaultPlan::Effect;

class DiskFaultTest : public StoreTest {
protected:
    void acknowledge_some() {
        open();
        db->hold(1, 0);
        for (int i = 0; i < 3; ++i) ASSERT_TRUE(append(1, "acknowledged"));
    }
    void expect_acknowledged_after_restart() {
        faults.clear();
        reopen();
        ASSERT_GE(replayed.size(), 3U);
        for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(*replayed[i].body, "acknowledged");
    }
};

TEST_F(DiskFaultTest, AFullDiskRefusesWritesServesReadsAndRecovers) {
    acknowledge_some();
    faults.arm({.call = Call::write, .file = File::wal, .effect = Effect::no_space, .times = FaultPlan::kForever});
    for (int i = 0; i < 3; ++i) {
        const auto refused = append(1, "no room");
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Code::insufficient_storage);
        EXPECT_EQ(refused.error().reason, "DISK_FULL");
    }
    EXPECT_EQ(journal().size(), 3U) << "reads go on";
    EXPECT_FALSE(db->failed());
    EXPECT_EQ(db->stats().failed_groups, 3);
    faults.clear();
    const auto receipt = append(1, "room again");
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->first_seq, 4) << "refused rows use up no numbers";
    expect_acknowledged_after_restart();
    EXPECT_EQ(replayed.size(), 4U) << "nothing refused has come back";
    EXPECT_TRUE(fatals().empty());
}

struct Fatal {
    const char* claim;
    Call call;
    Effect effect;
    int nth;
};
class FatalDiskTest : public DiskFaultTest, public testing::WithParamInterface<Fatal> {};

TEST_P(FatalDiskTest, IsNeverAcknowledgedNorRetried) {
    acknowledge_some();
    const auto syncs = db->stats().fdatasyncs;
    faults.arm({.call = GetParam().call, .file = File::wal, .effect = GetParam().effect, .nth = GetParam().nth});
    const auto failed = append(1, "never acknowledged");
    ASSERT_FALSE(failed) << GetParam().claim;
    EXPECT_EQ(failed.error().code, Code::unavailable);
    EXPECT_EQ(failed.error().reason, "DISK_FAILED");
    EXPECT_TRUE(db->failed());

    const auto after = append(1, "the disk would answer again");
    ASSERT_FALSE(after) << "one failure is enough";
    EXPECT_EQ(after.error().code, Code::unavailable);
    EXPECT_EQ(db->stats().fdatasyncs, syncs) << "nothing was synced again";
    EXPECT_EQ(faults.fired(), 1);
    EXPECT_EQ(fatals().size(), 1U);
    EXPECT_EQ(journal().size(), 3U) << "reads go on and see what was acknowledged";
    EXPECT_EQ(run(db->projected(3)).error().code, Code::unavailable);
    expect_acknowledged_after_restart();
    EXPECT_TRUE(append(1, "a new process may"));
}

INSTANTIATE_TEST_SUITE_P(Disk, FatalDiskTest, testing::Values(
    Fatal{"a failed sync",                      Call::sync,  Effect::io_error, 1},
    Fatal{"an I/O error in a write",            Call::write, Effect::io_error, 1},
    Fatal{"an I/O error in a later write",      Call::write, Effect::io_error, 2},
    Fatal{"a write that got half way",          Call::write, Effect::half,     1},
    Fatal{"a later write that got half way",    Call::write, Effect::half,     2}));

TEST_F(DiskFaultTest, EveryBatchOfAFailedGroupHearsOfIt) {
    acknowledge_some();
    std::vector<std::optional<Result<Receipt>>> receipts(8);
    while_syncing([&] {
        faults.arm({.call = Call::sync, .file = File::wal, .effect = Effect::io_error});
        for (auto& receipt : receipts) spawn(db->commit(std::move(Batch{}.append(1, 1, "x"))), receipt);
    });
    for (const auto& receipt : receipts) {
        ASSERT_TRUE(receipt);
        EXPECT_FALSE(*receipt);
    }
}

TEST_F(DiskFaultTest, AnUnreadablePageFailsTheReadOnly) {
    acknowledge_some();
    reopen();  // the readers' caches are cold
    ASSERT_TRUE(append(1, "acknowledged"));
    project();
    faults.arm({.call = Call::read, .effect = Effect::io_error, .times = FaultPlan::kForever});
    const auto rows = run(db->read([](Reader& reader) { return reader.query("SELECT * FROM journal", {}); }));
    EXPECT_FALSE(rows);
    faults.clear();
    EXPECT_TRUE(run(db->read([](Reader& reader) { return reader.query("SELECT * FROM journal", {}); }))) << "the reader works again";
    EXPECT_FALSE(db->failed());
}

TEST(FaultPlan, StrikesTheNthCallOfItsKindAsOftenAsAsked) {
    FaultPlan plan;
    plan.arm({.call = Call::write, .file = File::wal, .effect = Effect::io_error, .nth = 2, .times = 2});
    EXPECT_FALSE(plan.strike(Call::sync, File::wal)) << "another call";
    EXPECT_FALSE(plan.strike(Call::write, File::database)) << "another file";
    EXPECT_FALSE(plan.strike(Call::write, File::wal)) << "the first";
    EXPECT_TRUE(plan.strike(Call::write, File::wal));
    EXPECT_TRUE(plan.strike(Call::write, File::wal));
    EXPECT_FALSE(plan.strike(Call::write, File::wal)) << "over";
    EXPECT_EQ(plan.fired(), 2);
}
}  // namespace
}  // namespace rondo::store
