#include "store_fixture.hpp"

#include <algorithm>

namespace rondo::store {
namespace {
class CheckpointTest : public StoreTest {};

TEST_F(CheckpointTest, ASteadyWritersLogStartsOver) {
    options.config.checkpoint_pages = 16;
    open();
    std::int64_t longest = 0;
    bool restarted = false;
    for (int i = 0; i < 20'000 && !restarted; ++i) {
        ASSERT_TRUE(append(1, std::string(8'000, 'x')));
        const auto now = db->stats().wal_bytes;
        restarted = now < longest;
        longest = std::max(longest, now);
    }
    EXPECT_TRUE(restarted);
    EXPECT_GE(db->stats().checkpoints, 2) << "the bulk beside the writer, the rest between two groups";
    EXPECT_FALSE(db->failed());
}

TEST_F(CheckpointTest, AQuietLogIsEmptied) {
    options.config.checkpoint_idle = std::chrono::milliseconds{1};
    open();
    ASSERT_TRUE(append(1, "x"));
    while (db->stats().wal_bytes > 0) ASSERT_TRUE(commit(Batch{})) << "writes nothing, so it does not disturb the quiet";
    EXPECT_EQ(std::filesystem::file_size(options.file.string() + "-wal"), 0U);
    EXPECT_TRUE(append(1, "and written to again"));
}

TEST_F(CheckpointTest, AFailedSyncOfTheDatabaseFileIsFatal) {
    options.config.checkpoint_pages = 10;
    open();
    faults.arm({.call = FaultPlan::Call::sync, .file = FaultPlan::File::database, .effect = FaultPlan::Effect::io_error});
    for (int i = 0; i < 20'000 && !db->failed(); ++i) static_cast<void>(append(1, std::string(8'000, 'x')));
    EXPECT_TRUE(db->failed());
    db->stop();  // the report follows the failure on the thread that met it
    EXPECT_EQ(fatals().size(), 1U);
}

TEST_F(CheckpointTest, NoRoomForACheckpointIsAWarningAndTheLogKeepsEverything) {
    options.config.checkpoint_pages = 10;
    open();
    db->hold(1, 0);
    faults.arm({.call = FaultPlan::Call::write,
                .file = FaultPlan::File::database,
                .effect = FaultPlan::Effect::no_space,
                .times = FaultPlan::kForever});
    int rows = 0;
    for (; rows < 20'000 && warnings().empty(); ++rows) ASSERT_TRUE(append(1, std::string(8'000, 'x')));
    ASSERT_FALSE(warnings().empty());
    EXPECT_EQ(warnings()[0].code, Code::insufficient_storage);
    EXPECT_FALSE(db->failed());
    faults.clear();
    reopen();
    EXPECT_EQ(replayed.size(), static_cast<std::size_t>(rows));
}
}  // namespace
}  // namespace rondo::store
