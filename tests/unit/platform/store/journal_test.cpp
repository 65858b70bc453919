#include "store_fixture.hpp"

#include "platform/store/crc32c.hpp"
#include "platform/store/journal.hpp"

#include <sqlite3.h>

namespace rondo::store {
namespace {
class JournalTest : public StoreTest {
protected:
    /// Changes the closed file behind the store's back.
    void tamper(const char* sql) {
        db.reset();
        sqlite3* raw = nullptr;
        ASSERT_EQ(sqlite3_open(options.file.c_str(), &raw), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
        sqlite3_close(raw);
    }
    Status replay_again() {
        auto opened = Database::open(options);
        EXPECT_TRUE(opened);
        return (*opened)->replay([](const JournalRow&) {});
    }
};

TEST_F(JournalTest, ReplayGivesExactlyWhatWasCommitted) {
    open();
    EXPECT_TRUE(replayed.empty());
    db->hold(5, 0);
    db->hold(-6, 0);
    const std::string binary{"\0\xFF\x80 zh: \xE4\xBD\xA0", 10};
    ASSERT_TRUE(commit(std::move(Batch{}.append(5, 1, binary).append(-6, 2, ""))));
    ASSERT_TRUE(commit(std::move(Batch{}.append(5, 3, std::string(100'000, 'z')))));
    reopen();
    ASSERT_EQ(replayed.size(), 3U);
    EXPECT_EQ(replayed[0].seq, 1);
    EXPECT_EQ(replayed[0].stream, 5);
    EXPECT_EQ(replayed[0].kind, 1);
    EXPECT_EQ(*replayed[0].body, binary);
    EXPECT_EQ(replayed[1].stream, -6);
    EXPECT_EQ(*replayed[1].body, "");
    EXPECT_EQ(replayed[2].seq, 3);
    EXPECT_EQ(replayed[2].body->size(), 100'000U);
}

TEST_F(JournalTest, NumbersGoOnAfterEverythingWasTrimmed) {
    open();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(append(1, "x"));
    reopen();
    EXPECT_TRUE(replayed.empty()) << "stop projects and trims";
    const auto receipt = append(1, "x");
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->first_seq, 6);
}

struct Damage {
    const char* claim;
    const char* sql;
};
class JournalDamageTest : public JournalTest, public testing::WithParamInterface<Damage> {};
TEST_P(JournalDamageTest, IsNamedAtReplay) {
    open();
    db->hold(1, 0);
    for (const char* body : {"one", "two", "three"}) ASSERT_TRUE(append(1, body));
    tamper(GetParam().sql);
    const auto status = replay_again();
    ASSERT_FALSE(status) << GetParam().claim;
    EXPECT_EQ(status.error().code, Code::data_loss);
    EXPECT_NE(status.error().message.find("journal row 2"), std::string::npos) << status.error().message;
}
INSTANTIATE_TEST_SUITE_P(Journal, JournalDamageTest, testing::Values(
    Damage{"a changed byte",            "UPDATE journal SET body = CAST('twp' AS BLOB) WHERE seq = 2"},
    Damage{"a lost byte",               "UPDATE journal SET body = CAST('tw' AS BLOB) WHERE seq = 2"},
    Damage{"a row in another's stream", "UPDATE journal SET stream = 2 WHERE seq = 2"},
    Damage{"another kind",              "UPDATE journal SET kind = 2 WHERE seq = 2"},
    Damage{"a changed checksum",        "UPDATE journal SET crc = crc + 1 WHERE seq = 2"},
    Damage{"two rows swapped",          "UPDATE journal SET seq = 9 WHERE seq = 2; UPDATE journal SET seq = 2 WHERE seq = 3"}));

TEST_F(JournalTest, DamageMetByTheProjectorIsFatal) {
    open();
    ASSERT_TRUE(append(1, "one"));
    ASSERT_TRUE(commit(std::move(Batch{}.execute("UPDATE journal SET body = CAST('two' AS BLOB)", {}))));
    EXPECT_EQ(run(db->projected(1)).error().code, Code::unavailable);
    EXPECT_TRUE(db->failed());
    ASSERT_EQ(fatals().size(), 1U);
    EXPECT_EQ(fatals()[0].code, Code::data_loss);
}

TEST_F(JournalTest, TrimmingSparesHeldStreamsUntilTheyAreReleased) {
    open();
    db->hold(2, 0);
    for (const std::int64_t stream : {1, 2, 1, 2}) ASSERT_TRUE(append(stream, "x"));
    project();
    EXPECT_EQ(journal(), (std::vector<std::int64_t>{2, 4}));
    db->release(2);
    ASSERT_TRUE(append(1, "x"));
    project();
    EXPECT_EQ(journal(), std::vector<std::int64_t>{});
}

TEST_F(JournalTest, RowsHeldByTheLastProcessGoUnlessTheyAreHeldAgain) {
    open();
    db->hold(1, 0);
    db->hold(2, 0);
    for (const std::int64_t stream : {1, 2, 1}) ASSERT_TRUE(append(stream, "x"));
    db.reset();

    auto opened = Database::open(options);
    ASSERT_TRUE(opened);
    db = std::move(*opened);
    ASSERT_TRUE(db->replay([&](const JournalRow& row) { replayed.push_back(row); }));
    EXPECT_EQ(replayed.size(), 3U);
    db->hold(1, 3);
    db->start();
    ASSERT_TRUE(append(4, "x"));
    project();
    EXPECT_EQ(journal(), (std::vector<std::int64_t>{3}));
}

TEST(RowChecksum, CoversEveryColumn) {
    const auto whole = row_checksum(crc32c("body"), 1, 2, 3);
    EXPECT_NE(whole, row_checksum(crc32c("bodx"), 1, 2, 3));
    EXPECT_NE(whole, row_checksum(crc32c("body"), 2, 2, 3));
    EXPECT_NE(whole, row_checksum(crc32c("body"), 1, 3, 3));
    EXPECT_NE(whole, row_checksum(crc32c("body"), 1, 2, 4));
}
}  // namespace
}  // namespace rondo::store
