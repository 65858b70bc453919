#pragma once
#include "platform/store/database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rondo::store {
/// A folder of its own, removed at the end.
class TempFolder {
public:
    TempFolder() {
        std::string pattern = testing::TempDir() + "rondo-store-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) std::abort();
        path_ = pattern;
    }
    ~TempFolder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Holds the store's thread that enters until the test opens it.
class Gate {
public:
    void enter() {
        std::unique_lock lock{mutex_};
        entered_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    void await_entered() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return entered_; });
    }
    void open() {
        const std::scoped_lock lock{mutex_};
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool entered_{false}, open_{false};
};

/// A database in a folder of its own whose background threads act only when asked: no interval and no idle time ever passes.
class StoreTest : public testing::Test {
protected:
    StoreTest() {
        using namespace std::chrono_literals;
        options.file = folder.path() / "rondo.db";
        options.config.projection_interval = 1h;
        options.config.checkpoint_idle = 1h;
        options.faults = &faults;
        options.on_fatal = [this](const Error& error) { note(fatals_, error); };
        options.on_warning = [this](const Error& error) { note(warnings_, error); };
    }

    /// Opens and starts; the rows replay() gave are in `replayed`.
    void open() {
        auto opened = Database::open(options);
        ASSERT_TRUE(opened) << opened.error().message;
        db = std::move(*opened);
        replayed.clear();
        const auto status = db->replay([this](const JournalRow& row) { replayed.push_back(row); });
        ASSERT_TRUE(status) << status.error().message;
        db->start();
    }
    void reopen() {
        db.reset();
        open();
    }

    template <class T>
    void spawn(asio::awaitable<T> op, std::optional<T>& out) {
        asio::co_spawn(
            io,
            [](asio::awaitable<T> inner, std::optional<T>& kept) -> asio::awaitable<void> { kept.emplace(co_await std::move(inner)); }(
                                                                     std::move(op), out),
            asio::detached);
    }
    template <class T>
    T run(asio::awaitable<T> op) {
        std::optional<T> out;
        spawn(std::move(op), out);
        settle();
        return std::move(*out);
    }
    void settle() {
        io.restart();
        io.run();
    }
    void poll() {
        io.restart();
        io.poll();
    }

    Result<Receipt> commit(Batch batch) { return run(db->commit(std::move(batch))); }
    Result<Receipt> append(std::int64_t stream, std::string body) {
        Batch batch;
        batch.append(stream, 1, std::move(body));
        return commit(std::move(batch));
    }
    std::vector<Row> query(Sql sql, std::vector<Value> params = {}) {
        auto rows = run(db->read([&](Reader& reader) { return reader.query(sql, params); }));
        EXPECT_TRUE(rows) << rows.error().message;
        return rows ? *rows : std::vector<Row>{};
    }
    std::vector<std::int64_t> journal() {
        std::vector<std::int64_t> seqs;
        for (const Row& row : query("SELECT seq FROM journal ORDER BY seq")) seqs.push_back(row.integer(0));
        return seqs;
    }
    void project() { ASSERT_TRUE(run(db->projected(db->stats().last_seq))); }

    /// Blocks the writer in the sync of a first commit, as a slow disk would; what `start` queues meanwhile shares groups.
    template <class Start>
    void while_syncing(Start start) {
        Gate gate;
        faults.arm({.call = FaultPlan::Call::sync, .file = FaultPlan::File::wal, .hook = [&] { gate.enter(); }});
        Batch first;
        first.append(0, 0, "first");
        db->submit(std::move(first));
        gate.await_entered();
        start();
        poll();  // the coroutines run until they wait
        gate.open();
        settle();
    }

    std::vector<Error> fatals() { return copy(fatals_); }
    std::vector<Error> warnings() { return copy(warnings_); }

    TempFolder folder;
    FaultPlan faults;
    asio::io_context io;
    Database::Options options;
    std::vector<JournalRow> replayed;

private:
    void note(std::vector<Error>& list, const Error& error) {
        const std::scoped_lock lock{mutex_};
        list.push_back(error);
    }
    std::vector<Error> copy(const std::vector<Error>& list) {
        const std::scoped_lock lock{mutex_};
        return list;
    }
    std::mutex mutex_;
    std::vector<Error> fatals_, warnings_;

protected:
    std::unique_ptr<Database> db;  // last: its threads use all of the above
};

/// Sums the numbers in each stream's rows: order-sensitive enough to show a lost, repeated or reordered row.
class SumProjection final : public Projection {
public:
    static constexpr Migration kMigration{
        1, "CREATE TABLE sums(stream INTEGER PRIMARY KEY, sum INTEGER NOT NULL, last INTEGER NOT NULL) STRICT"};

    [[nodiscard]] const char* name() const override { return "sums"; }
    void apply(std::span<const JournalRow> rows, Batch& out) override {
        for (const JournalRow& row : rows) {
            const std::int64_t number = std::stoll(*row.body);  // throws on anything else
            out.execute(
                "INSERT INTO sums VALUES(?1, ?2, ?3) ON CONFLICT(stream) DO UPDATE SET sum = sum * 3 + excluded.sum, last = excluded.last",
                {row.stream, number, row.seq});
        }
    }
    /// The same by hand.
    static std::int64_t next(std::int64_t sum, bool first, std::int64_t number) { return first ? number : sum * 3 + number; }
};
}  // namespace rondo::store
