#include "store_fixture.hpp"

#include <sqlite3.h>

#include <fstream>

namespace rondo::store {
namespace {
class OpenTest : public StoreTest {
protected:
    Error refused() {
        auto opened = Database::open(options);
        EXPECT_FALSE(opened);
        return opened ? Error{Code::internal, "it opened"} : opened.error();
    }
};

TEST_F(OpenTest, ASecondOpenerIsRefusedUntilTheFirstIsGone) {
    open();
    const Error error = refused();
    EXPECT_EQ(error.code, Code::failed_precondition);
    EXPECT_NE(error.message.find("in use by another rondo"), std::string::npos) << error.message;
    db.reset();
    open();
}

TEST_F(OpenTest, AFolderThatCannotBeMadeIsNamed) {
    std::ofstream{folder.path() / "file"} << "in the way";
    options.file = folder.path() / "file" / "rondo.db";
    const Error error = refused();
    EXPECT_EQ(error.code, Code::unavailable);
    EXPECT_NE(error.message.find("file"), std::string::npos);
}

TEST_F(OpenTest, MigrationsRunOnceAndInOrder) {
    options.migrations = {{1, "CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES(1)"}};
    open();
    options.migrations.push_back({2, "ALTER TABLE t ADD COLUMN b INTEGER; UPDATE t SET b = a + 1"});
    reopen();
    reopen();
    const auto rows = query("SELECT a, b FROM t");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].integer(1), 2);
}

TEST_F(OpenTest, ABrokenMigrationLeavesTheDatabaseAsItWas) {
    options.migrations = {{1, "CREATE TABLE t(a INTEGER) STRICT"}};
    open();
    db.reset();
    options.migrations.push_back({2, "CREATE TABLE u(a INTEGER) STRICT; INSERT INTO nowhere VALUES(1)"});
    const Error error = refused();
    EXPECT_NE(error.message.find("migration 2"), std::string::npos) << error.message;
    options.migrations.pop_back();
    open();
    EXPECT_TRUE(query("SELECT name FROM sqlite_schema WHERE name = 'u'").empty());
}

TEST_F(OpenTest, ANewerDatabaseIsLeftAlone) {
    options.migrations = {{1, "CREATE TABLE t(a INTEGER) STRICT"}};
    open();
    db.reset();
    options.migrations.clear();
    const Error error = refused();
    EXPECT_EQ(error.code, Code::failed_precondition);
    EXPECT_NE(error.message.find("newer rondo"), std::string::npos) << error.message;
}

TEST_F(OpenTest, MigrationsOutOfStepAreOurMistake) {
    options.migrations = {{2, "CREATE TABLE t(a INTEGER) STRICT"}};
    EXPECT_EQ(refused().code, Code::internal);
}

TEST_F(OpenTest, AnotherProgramsDatabaseIsLeftAlone) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(options.file.c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(raw, "CREATE TABLE theirs(a)", nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(raw);
    EXPECT_EQ(refused().code, Code::failed_precondition);
}

TEST_F(OpenTest, AFileThatIsNoDatabaseIsRefused) {
    std::ofstream{options.file} << std::string(8'192, 'x');
    EXPECT_EQ(refused().code, Code::data_loss);
}

TEST_F(OpenTest, DamageIsFoundAfterACrash) {
    options.migrations = {{1, "CREATE TABLE t(a TEXT NOT NULL) STRICT; CREATE INDEX by_a ON t(a)"}};
    open();
    ASSERT_TRUE(commit(std::move(Batch{}.execute("INSERT INTO t VALUES('x')", {}))));
    db.reset();
    // As a crash leaves it: not marked clean. The index points to a row that is not there.
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(options.file.c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(
        sqlite3_exec(raw,
                     "UPDATE meta SET value = 0 WHERE key = 'clean'; PRAGMA writable_schema = ON;"
                     "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'journal') WHERE name = 't'",
                     nullptr, nullptr, nullptr),
        SQLITE_OK);
    sqlite3_close(raw);
    options.config.check_budget = std::chrono::hours{1};
    EXPECT_EQ(refused().code, Code::data_loss);
}

TEST_F(OpenTest, StoppingInOrderEmptiesTheLog) {
    open();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(1, std::string(10'000, 'x')));
    db.reset();
    const auto log = options.file.string() + "-wal";
    EXPECT_TRUE(!std::filesystem::exists(log) || std::filesystem::file_size(log) == 0);
}

TEST_F(OpenTest, ADatabaseThatNeverStartedStopsToo) {
    auto opened = Database::open(options);
    ASSERT_TRUE(opened);
    db = std::move(*opened);
    std::optional<Result<Receipt>> receipt;
    spawn(db->commit(std::move(Batch{}.append(1, 1, "x"))), receipt);
    poll();
    db->stop();
    settle();
    ASSERT_TRUE(receipt);
    EXPECT_EQ(receipt->error().code, Code::unavailable);
}
}  // namespace
}  // namespace rondo::store
