#include "store_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

namespace rondo::store {
namespace {
class CommitTest : public StoreTest {
protected:
    CommitTest() {
        options.migrations = {{1, "CREATE TABLE accounts(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK(balance < 1000)) STRICT"}};
    }

    static Batch row(std::int64_t stream) { return std::move(Batch{}.append(stream, 1, "row")); }
    static Batch spend(std::int64_t id, std::int64_t amount) {
        Batch batch;
        batch.append(id, 1, "spent");
        batch.guard("UPDATE accounts SET balance = balance - ?2 WHERE id = ?1 AND balance >= ?2", {id, amount}, "not enough");
        return batch;
    }
    std::int64_t balance(std::int64_t id) { return query("SELECT balance FROM accounts WHERE id = ?1", {id}).at(0).integer(0); }
};

TEST_F(CommitTest, RowsAreNumberedInTheOrderTheyWereHandedIn) {
    open();
    std::vector<std::optional<Result<Receipt>>> receipts(20);
    while_syncing([&] {
        for (std::size_t i = 0; i < receipts.size(); ++i) spawn(db->commit(std::move(row(1).append(2, 1, "and another"))), receipts[i]);
    });
    std::int64_t expected = 2;  // the fixture's first row is 1
    for (const auto& receipt : receipts) {
        ASSERT_TRUE(receipt && *receipt);
        EXPECT_EQ((*receipt)->first_seq, expected);
        EXPECT_EQ((*receipt)->last_seq, expected + 1);
        expected += 2;
    }
}

TEST_F(CommitTest, WhatWaitsDuringASyncSharesTheNext) {
    open();
    const auto before = db->stats();
    std::vector<std::optional<Result<Receipt>>> receipts(64);
    while_syncing([&] {
        for (auto& receipt : receipts) spawn(db->commit(row(1)), receipt);
    });
    const auto after = db->stats();
    for (const auto& receipt : receipts) EXPECT_TRUE(*receipt);
    EXPECT_EQ(after.groups - before.groups, 2);
    EXPECT_LE(after.fdatasyncs - before.fdatasyncs, 3) << "the log's header may be synced once as well";
    EXPECT_EQ(after.batches - before.batches, 65);
    EXPECT_EQ(after.rows - before.rows, 65);
    EXPECT_GT(after.bytes_written, before.bytes_written);
    EXPECT_EQ(after.queue_depth, 0);
}

TEST_F(CommitTest, AGroupIsBounded) {
    options.config.group_batches = 4;
    open();
    std::vector<std::optional<Result<Receipt>>> receipts(10);
    while_syncing([&] {
        for (auto& receipt : receipts) spawn(db->commit(row(1)), receipt);
    });
    EXPECT_EQ(db->stats().groups, 1 + 3) << "4 + 4 + 2";
}

TEST_F(CommitTest, AGroupIsBoundedInBytes) {
    options.config.group_bytes = 4'096;
    open();
    std::vector<std::optional<Result<Receipt>>> receipts(3);
    while_syncing([&] {
        for (auto& receipt : receipts) spawn(db->commit(std::move(Batch{}.append(1, 1, std::string(5'000, 'x')))), receipt);
    });
    EXPECT_EQ(db->stats().groups, 1 + 3) << "each is too large for company";
}

TEST_F(CommitTest, AFailedGuardTakesBackItsOwnBatchOnly) {
    open();
    ASSERT_TRUE(commit(std::move(Batch{}.execute("INSERT INTO accounts VALUES(1, 100), (2, 100)", {}))));
    std::optional<Result<Receipt>> fits, too_much, other;
    while_syncing([&] {
        spawn(db->commit(spend(1, 60)), fits);
        Batch both = spend(2, 10);
        both.guard("UPDATE accounts SET balance = balance - 60 WHERE id = ?1 AND balance >= 60", {std::int64_t{1}}, "not enough");
        spawn(db->commit(std::move(both)), too_much);
        spawn(db->commit(spend(2, 30)), other);
    });
    ASSERT_TRUE(*fits);
    ASSERT_FALSE(*too_much);
    EXPECT_EQ(too_much->error().code, Code::aborted);
    EXPECT_EQ(too_much->error().reason, "GUARD");
    EXPECT_EQ(too_much->error().message, "not enough");
    ASSERT_TRUE(*other);
    EXPECT_EQ((*other)->first_seq, (*fits)->last_seq + 1) << "a refused batch uses up no number";
    EXPECT_EQ(balance(1), 40);
    EXPECT_EQ(balance(2), 70) << "the refused batch's first step is undone";
    EXPECT_EQ(db->stats().refused, 1);
}

struct GuardRow {
    const char* claim;
    Sql sql;
    bool passes;
};
class GuardTest : public CommitTest, public testing::WithParamInterface<GuardRow> {};
TEST_P(GuardTest, WantsExactlyOneRow) {
    open();
    ASSERT_TRUE(commit(std::move(Batch{}.execute("INSERT INTO accounts VALUES(1, 100), (2, 100)", {}))));
    EXPECT_EQ(commit(std::move(Batch{}.guard(GetParam().sql, {}, "no"))).has_value(), GetParam().passes) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Guard, GuardTest, testing::Values(
    GuardRow{"a query that finds one row passes",       "SELECT 1 FROM accounts WHERE id = 1", true},
    GuardRow{"a query that finds nothing fails",        "SELECT 1 FROM accounts WHERE id = 9", false},
    GuardRow{"a query that finds two fails",            "SELECT 1 FROM accounts", false},
    GuardRow{"a change of one row passes",              "UPDATE accounts SET balance = 1 WHERE id = 1", true},
    GuardRow{"a change of none fails",                  "UPDATE accounts SET balance = 1 WHERE id = 9", false},
    GuardRow{"a change of two fails",                   "UPDATE accounts SET balance = 1", false}));

TEST_F(CommitTest, BrokenSqlIsItsOwnBatchesTrouble) {
    open();
    std::optional<Result<Receipt>> no_table, violates, wrong_count, good;
    while_syncing([&] {
        spawn(db->commit(std::move(row(1).execute("INSERT INTO nowhere VALUES(1)", {}))), no_table);
        spawn(db->commit(std::move(row(1).execute("INSERT INTO accounts VALUES(1, 5000)", {}))), violates);
        spawn(db->commit(std::move(row(1).execute("INSERT INTO accounts VALUES(?1, ?2)", {std::int64_t{1}}))), wrong_count);
        spawn(db->commit(row(1)), good);
    });
    EXPECT_EQ(no_table->error().code, Code::internal);
    EXPECT_EQ(violates->error().code, Code::aborted);
    EXPECT_EQ(wrong_count->error().code, Code::internal);
    EXPECT_TRUE(*good);
    EXPECT_EQ(journal(), (std::vector<std::int64_t>{1, 2})) << "the fixture's row and the good one";
    EXPECT_FALSE(db->failed());
}

TEST_F(CommitTest, AStaleFenceIsRefusedAlsoAfterReopening) {
    open();
    const auto early = db->next_token();
    const auto late = db->next_token();
    ASSERT_LT(early, late);
    EXPECT_TRUE(commit(std::move(row(1).fence(7, early))));
    EXPECT_TRUE(commit(std::move(row(1).fence(7, late))));
    const auto stale = commit(std::move(row(1).fence(7, early)));
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().code, Code::aborted);
    EXPECT_EQ(stale.error().reason, "STALE_FENCE");
    EXPECT_TRUE(commit(std::move(row(1).fence(8, early)))) << "another key";

    const auto generation = db->generation();
    reopen();
    EXPECT_EQ(db->generation(), generation + 1);
    const auto after_restart = commit(std::move(row(1).fence(7, early)));
    ASSERT_FALSE(after_restart);
    EXPECT_EQ(after_restart.error().reason, "STALE_FENCE");
    const auto fresh = db->next_token();
    EXPECT_GT(fresh, late);
    EXPECT_TRUE(commit(std::move(row(1).fence(7, fresh))));
}

TEST_F(CommitTest, AnEmptyBatchHasAnEmptyReceipt) {
    open();
    const auto receipt = commit(Batch{});
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->first_seq, 0);
    EXPECT_EQ(receipt->last_seq, 0);
}

TEST_F(CommitTest, CancellingTheWaitDoesNotCancelTheWrite) {
    open();
    asio::cancellation_signal cancel;
    bool resumed = false;
    while_syncing([&] {
        auto op = [](Database& database, bool& flag) -> asio::awaitable<void> {
            flag = (co_await database.commit(std::move(Batch{}.append(1, 1, "kept")))).has_value();
        };
        asio::co_spawn(io, op(*db, resumed), asio::bind_cancellation_slot(cancel.slot(), asio::detached));
        poll();
        cancel.emit(asio::cancellation_type::terminal);
    });
    EXPECT_TRUE(resumed);
    EXPECT_EQ(journal().size(), 2U);
}

TEST_F(CommitTest, TheQueueIsBoundedAndAFullOneAnswersAtOnce) {
    options.config.queue_bytes = 100'000;
    open();
    std::vector<std::optional<Result<Receipt>>> receipts(3);
    while_syncing([&] {
        for (auto& receipt : receipts) spawn(db->commit(std::move(Batch{}.append(1, 1, std::string(40'000, 'x')))), receipt);
    });
    EXPECT_TRUE(*receipts[0]);
    EXPECT_TRUE(*receipts[1]);
    ASSERT_FALSE(*receipts[2]);
    EXPECT_EQ(receipts[2]->error().code, Code::resource_exhausted);
    EXPECT_EQ(receipts[2]->error().reason, "WRITE_QUEUE_FULL");
    EXPECT_TRUE(append(1, "room again"));
}

TEST_F(CommitTest, StopCommitsWhatIsQueuedAndRefusesTheRest) {
    open();
    db->hold(1, 0);
    for (int i = 0; i < 50; ++i) db->submit(row(1));
    db->stop();
    const auto late = append(1, "late");
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Code::unavailable);
    reopen();
    EXPECT_EQ(replayed.size(), 50U);
}

TEST_F(CommitTest, AFailedSubmitIsCountedAndWarnedAboutOnce) {
    open();
    for (int i = 0; i < 3; ++i) db->submit(std::move(row(1).execute("INSERT INTO nowhere VALUES(1)", {})));
    ASSERT_TRUE(append(1, "behind them"));
    EXPECT_EQ(db->stats().unheard, 3);
    db->stop();
    db->submit(row(1));
    EXPECT_EQ(db->stats().unheard, 4);
    EXPECT_EQ(warnings().size(), 1U);
}

TEST_F(CommitTest, WaitersOfSeveralLoopsAllHear) {
    open();
    asio::io_context other;
    std::optional<Result<Receipt>> here, there;
    while_syncing([&] {
        spawn(db->commit(row(1)), here);
        auto op = [](Database& database, std::optional<Result<Receipt>>& out) -> asio::awaitable<void> {
            out = co_await database.commit(Batch{}.append(2, 1, "x"));
        };
        asio::co_spawn(other, op(*db, there), asio::detached);
        other.poll();
    });
    other.restart();
    other.run();
    db->stop();  // before `other` goes away
    EXPECT_TRUE(*here);
    EXPECT_TRUE(*there);
}
}  // namespace
}  // namespace rondo::store
