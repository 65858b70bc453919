#include "store_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <map>

namespace rondo::store {
namespace {
constexpr int kCrashed = 7;
constexpr std::int64_t kSteps = 12;  // of two rows each

// Row `seq` is always the same, so that what must be there can be computed.
std::int64_t stream_of(std::int64_t seq) { return seq % 3; }
std::int64_t number_of(std::int64_t seq) { return seq * seq % 11; }

struct Point {
    const char* claim;
    FaultPlan::Call call;
    FaultPlan::File file;
    FaultPlan::Effect effect;
};

Database::Options options_in(const std::filesystem::path& folder, SumProjection& sums, FaultPlan* faults) {
    Database::Options options;
    options.file = folder / "rondo.db";
    options.config.projection_interval = std::chrono::milliseconds{1};
    options.config.projection_rows = 4;
    options.config.checkpoint_pages = 12;
    options.config.readers = 1;
    options.migrations = {SumProjection::kMigration};
    options.projections = {&sums};
    options.faults = faults;
    return options;
}

/// The process that dies: after each acknowledgement it tells the pipe, and at the fault point it is gone.
[[noreturn]] void child(const std::filesystem::path& folder, const Point& point, int nth, int pipe) {
    FaultPlan faults;
    faults.arm({.call = point.call, .file = point.file, .effect = point.effect, .nth = nth, .hook = [] { ::_exit(kCrashed); }});
    SumProjection sums;
    auto db = Database::open(options_in(folder, sums, &faults));
    if (!db) ::_exit(1);
    (*db)->start();
    asio::io_context io;
    auto work = [](Database& database, int to) -> asio::awaitable<void> {
        for (std::int64_t seq = 1; seq <= 2 * kSteps; seq += 2) {
            database.submit(std::move(Batch{}.append(stream_of(seq), 1, std::to_string(number_of(seq)))));
            const auto receipt = co_await database.commit(Batch{}.append(stream_of(seq + 1), 1, std::to_string(number_of(seq + 1))));
            if (!receipt || receipt->last_seq != seq + 1) ::_exit(2);
            const char ack = 1;
            if (::write(to, &ack, 1) != 1) ::_exit(3);
        }
    };
    asio::co_spawn(io, work(**db, pipe), asio::detached);
    io.run();
    (*db)->stop();
    ::_exit(0);
}

class CrashTest : public testing::TestWithParam<Point> {};

/// Runs the child to its end; returns its exit code and counts acknowledged rows.
int run_child(const std::filesystem::path& folder, const Point& point, int nth, std::int64_t& acknowledged) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe(pipe.data()), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::close(pipe[0]);
        child(folder, point, nth, pipe[1]);
    }
    ::close(pipe[1]);
    acknowledged = 0;
    for (char ack = 0; ::read(pipe[0], &ack, 1) == 1;) acknowledged += 2;
    ::close(pipe[0]);
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void expect_recovered(const std::filesystem::path& folder, std::int64_t acknowledged) {
    asio::io_context io;  // before the database, whose threads wake what waits in it
    SumProjection sums;
    auto opened = Database::open(options_in(folder, sums, nullptr));
    ASSERT_TRUE(opened) << opened.error().message;
    Database& db = **opened;
    const std::int64_t last = db.stats().last_seq;
    EXPECT_GE(last, acknowledged) << "an acknowledged row is lost";
    std::int64_t expected_seq = db.stats().projected_seq + 1;
    const auto replayed = db.replay([&](const JournalRow& row) {
        EXPECT_EQ(row.seq, expected_seq++) << "the journal has every row behind the cursor, once";
        EXPECT_EQ(row.stream, stream_of(row.seq));
        EXPECT_EQ(*row.body, std::to_string(number_of(row.seq)));
    });
    EXPECT_TRUE(replayed);
    EXPECT_EQ(expected_seq, last + 1);

    std::map<std::int64_t, std::int64_t> expected;
    for (std::int64_t seq = 1; seq <= last; ++seq) {
        const auto [it, first] = expected.try_emplace(stream_of(seq), 0);
        it->second = SumProjection::next(it->second, first, number_of(seq));
    }
    db.start();
    std::map<std::int64_t, std::int64_t> found;
    auto work = [](Database& database, std::int64_t until, std::map<std::int64_t, std::int64_t>& out) -> asio::awaitable<void> {
        EXPECT_TRUE(co_await database.projected(until));
        const auto rows = co_await database.read([](Reader& reader) { return reader.query("SELECT stream, sum FROM sums", {}); });
        EXPECT_TRUE(rows);
        for (const Row& row : *rows) out.emplace(row.integer(0), row.integer(1));
    };
    asio::co_spawn(io, work(db, last, found), asio::detached);
    io.run();
    EXPECT_EQ(found, expected) << "the projection is what applying the rows by hand gives";
}

TEST_P(CrashTest, NothingAcknowledgedIsLostAndNothingIsAppliedTwice) {
    // Dies at the 1st, 2nd, 3rd, 5th, 8th, ... such call until the work is done before it comes.
    for (int nth = 1, next = 2;; nth = std::exchange(next, nth + next)) {
        SCOPED_TRACE(testing::Message() << GetParam().claim << " number " << nth);
        const TempFolder folder;
        std::int64_t acknowledged = 0;
        const int ended = run_child(folder.path(), GetParam(), nth, acknowledged);
        ASSERT_TRUE(ended == kCrashed || ended == 0) << ended;
        expect_recovered(folder.path(), acknowledged);
        if (ended == 0) {
            EXPECT_EQ(acknowledged, 2 * kSteps);
            EXPECT_GT(nth, 3) << "the sweep has met nothing";
            break;
        }
    }
}

using Call = FaultPlan::Call;
using File = FaultPlan::File;
using Effect = FaultPlan::Effect;
INSTANTIATE_TEST_SUITE_P(Crash, CrashTest, testing::Values(
    Point{"dies after a write to the log",            Call::write, File::wal,      Effect::none},
    Point{"dies in the middle of a write to the log", Call::write, File::wal,      Effect::half},
    Point{"dies instead of a sync of the log",        Call::sync,  File::wal,      Effect::io_error},
    Point{"dies after a sync of the log",             Call::sync,  File::wal,      Effect::none},
    Point{"dies in the middle of a checkpoint's write", Call::write, File::database, Effect::half}));
}  // namespace
}  // namespace rondo::store
