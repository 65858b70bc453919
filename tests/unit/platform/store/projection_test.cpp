#include "store_fixture.hpp"

namespace rondo::store {
namespace {
class ProjectionTest : public StoreTest {
protected:
    ProjectionTest() {
        options.migrations = {SumProjection::kMigration};
        options.projections = {&sums};
    }
    std::int64_t sum(std::int64_t stream) {
        const auto rows = query("SELECT sum FROM sums WHERE stream = ?1", {stream});
        return rows.empty() ? -1 : rows[0].integer(0);
    }
    SumProjection sums;
};

TEST_F(ProjectionTest, FollowsTheJournalInOrder) {
    options.config.projection_rows = 3;  // several batches
    open();
    std::int64_t expected = 0;
    for (std::int64_t i = 1; i <= 10; ++i) {
        ASSERT_TRUE(append(1, std::to_string(i)));
        expected = SumProjection::next(expected, i == 1, i);
    }
    project();
    EXPECT_EQ(sum(1), expected);
    EXPECT_EQ(db->stats().projected_seq, 10);
    EXPECT_TRUE(journal().empty());
}

TEST_F(ProjectionTest, AFullBacklogDoesNotWaitForTheInterval) {
    options.config.projection_rows = 2;
    open();
    ASSERT_TRUE(append(1, "1"));
    ASSERT_TRUE(append(1, "2"));
    while (db->stats().projected_seq < 2) ASSERT_TRUE(commit(Batch{})) << "the hour-long interval would time the test out";
    EXPECT_EQ(sum(1), 5);
}

TEST_F(ProjectionTest, StopAppliesTheRest) {
    open();
    ASSERT_TRUE(append(1, "4"));
    reopen();
    EXPECT_EQ(sum(1), 4);
}

TEST_F(ProjectionTest, ARowThatCannotBeAppliedIsSetAsideAndTheRestGoesOn) {
    open();
    ASSERT_TRUE(append(1, "1"));
    ASSERT_TRUE(append(1, "not a number"));
    ASSERT_TRUE(append(1, "2"));
    project();
    EXPECT_EQ(sum(1), 5) << "1 * 3 + 2";
    EXPECT_EQ(db->stats().projection_rejected, 1);
    ASSERT_EQ(warnings().size(), 1U);
    EXPECT_NE(warnings()[0].message.find("journal row 2"), std::string::npos);
    const auto aside = query("SELECT seq, body FROM journal_rejected");
    ASSERT_EQ(aside.size(), 1U);
    EXPECT_EQ(aside[0].integer(0), 2);
    EXPECT_EQ(aside[0].blob(1), "not a number");
    EXPECT_TRUE(journal().size() <= 3U);
    ASSERT_TRUE(append(1, "3"));
    project();
    EXPECT_TRUE(journal().empty()) << "nothing is left behind";
}

class StrictProjection final : public Projection {
public:
    [[nodiscard]] const char* name() const override { return "strict"; }
    void apply(std::span<const JournalRow> rows, Batch& out) override {
        for (const JournalRow& row : rows) {
            out.execute("INSERT INTO sums VALUES(?1, 0, ?2)", {std::stoll(*row.body), row.seq});  // a second time: refused by the key
        }
    }
};

TEST_F(ProjectionTest, ARowWhoseStatementsFailIsSetAsideToo) {
    StrictProjection strict;
    options.projections = {&strict};
    open();
    for (const char* body : {"1", "1", "2"}) ASSERT_TRUE(append(9, body));
    project();
    EXPECT_EQ(query("SELECT seq FROM journal_rejected").size(), 1U);
    EXPECT_EQ(query("SELECT stream FROM sums").size(), 2U);
    db.reset();
}

TEST_F(ProjectionTest, WaitingForAnUncommittedRowIsAMistake) {
    open();
    EXPECT_EQ(run(db->projected(1)).error().code, Code::invalid_argument);
    EXPECT_TRUE(run(db->projected(0)));
}

TEST_F(ProjectionTest, OutlivesAFullDisk) {
    open();
    ASSERT_TRUE(append(1, "1"));
    ASSERT_TRUE(append(1, "2"));
    reopen();
    ASSERT_TRUE(append(1, "3"));
    faults.arm({.call = FaultPlan::Call::write,
                .file = FaultPlan::File::wal,
                .effect = FaultPlan::Effect::no_space,
                .times = FaultPlan::kForever});
    const auto full = run(db->projected(3));
    ASSERT_FALSE(full) << "readers are not kept waiting for space";
    EXPECT_EQ(full.error().code, Code::insufficient_storage);
    EXPECT_EQ(sum(1), 1 * 3 + 2) << "they see what there is";
    faults.clear();
    for (auto again = run(db->projected(3)); !again; again = run(db->projected(3))) {}  // a pass under way may still have met the full disk
    EXPECT_EQ(sum(1), (1 * 3 + 2) * 3 + 3) << "each row once";
    EXPECT_FALSE(db->failed());
}
}  // namespace
}  // namespace rondo::store
