#include "store_fixture.hpp"

#include <stdexcept>

namespace rondo::store {
namespace {
class ReadTest : public StoreTest {
protected:
    ReadTest() { options.migrations = {{1, "CREATE TABLE t(i INTEGER, r REAL, s TEXT, b BLOB)"}}; }
    Code code_of(Sql sql, std::vector<Value> params = {}) {
        const auto rows = run(db->read([&](Reader& reader) { return reader.query(sql, params); }));
        return rows ? Code::cancelled : rows.error().code;  // a read is never cancelled
    }
};

TEST_F(ReadTest, EveryKindOfValueComesBack) {
    open();
    const BlobValue bytes{std::string{"\0\1", 2}};
    ASSERT_TRUE(commit(std::move(
        Batch{}.execute("INSERT INTO t VALUES(?1, ?2, ?3, ?4), (NULL, NULL, NULL, NULL)", {std::int64_t{-5}, 2.5, "text", bytes}))));
    const auto rows = query("SELECT i, r, s, b FROM t ORDER BY rowid");
    ASSERT_EQ(rows.size(), 2U);
    ASSERT_EQ(rows[0].size(), 4U);
    EXPECT_EQ(rows[0].integer(0), -5);
    EXPECT_EQ(rows[0].real(1), 2.5);
    EXPECT_EQ(rows[0].real(0), -5.0) << "an integer is a real too";
    EXPECT_EQ(rows[0].text(2), "text");
    EXPECT_EQ(rows[0].blob(3), bytes.bytes);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(rows[1].is_null(i));
    EXPECT_EQ(rows[1].integer(0), 0);
    EXPECT_EQ(rows[1].text(2), "");
}

TEST_F(ReadTest, FaultsAreErrors) {
    options.config.read_rows = 3;
    open();
    EXPECT_EQ(code_of("SELECT * FROM nowhere"), Code::internal);
    EXPECT_EQ(code_of("SELECT ?1"), Code::internal) << "a parameter is missing";
    EXPECT_NE(code_of("INSERT INTO t(i) VALUES(1)"), Code::cancelled) << "readers do not write";
    ASSERT_TRUE(commit(std::move(Batch{}.execute("INSERT INTO t(i) VALUES(1), (2), (3), (4)", {}))));
    EXPECT_EQ(code_of("SELECT i FROM t"), Code::resource_exhausted) << "more than read_rows";
    EXPECT_EQ(code_of("SELECT i FROM t LIMIT 3"), Code::cancelled) << "exactly read_rows";
}

TEST_F(ReadTest, AThrowingReadIsAnErrorAndTheReaderLives) {
    options.config.readers = 1;
    open();
    const auto thrown = run(db->read([](Reader&) -> Result<int> { throw std::runtime_error{"oops"}; }));
    ASSERT_FALSE(thrown);
    EXPECT_EQ(thrown.error().code, Code::internal);
    EXPECT_EQ(*run(db->read([](Reader&) -> Result<int> { return 5; })), 5);
}

TEST_F(ReadTest, OneReadSeesOneMoment) {
    options.config.readers = 1;
    open();
    Gate gate;
    std::optional<Result<bool>> same;
    spawn(db->read([&](Reader& reader) -> Result<bool> {
        const auto before = reader.query("SELECT count(*) FROM t", {});
        gate.enter();
        const auto after = reader.query("SELECT count(*) FROM t", {});
        return before && after && before->at(0).integer(0) == after->at(0).integer(0);
    }),
          same);
    poll();
    gate.await_entered();
    std::optional<Result<Receipt>> written;
    auto op = [](Database& database, Gate& door, std::optional<Result<Receipt>>& out) -> asio::awaitable<void> {
        out = co_await database.commit(Batch{}.execute("INSERT INTO t(i) VALUES(1)", {}));
        door.open();
    };
    asio::co_spawn(io, op(*db, gate, written), asio::detached);
    settle();
    EXPECT_TRUE(*written);
    EXPECT_TRUE(**same);
}

TEST_F(ReadTest, TheQueueOfReadsIsBounded) {
    options.config.readers = 1;
    options.config.read_queue = 1;
    open();
    Gate gate;
    std::optional<Result<int>> running, waiting, refused;
    spawn(db->read([&](Reader&) -> Result<int> {
        gate.enter();
        return 1;
    }),
          running);
    poll();
    gate.await_entered();
    spawn(db->read([](Reader&) -> Result<int> { return 2; }), waiting);
    spawn(db->read([](Reader&) -> Result<int> { return 3; }), refused);
    poll();
    gate.open();
    settle();
    EXPECT_TRUE(*running);
    EXPECT_TRUE(*waiting);
    EXPECT_EQ(refused->error().code, Code::resource_exhausted);
    db->stop();
    EXPECT_EQ(run(db->read([](Reader&) -> Result<int> { return 4; })).error().code, Code::unavailable);
}
}  // namespace
}  // namespace rondo::store
