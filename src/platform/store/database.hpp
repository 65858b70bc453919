#pragma once
#include "base/async/timer.hpp"
#include "base/result.hpp"
#include "platform/store/batch.hpp"
#include "platform/store/config.hpp"
#include "platform/store/faults.hpp"
#include "platform/store/journal.hpp"
#include "platform/store/projection.hpp"
#include "platform/store/reader.hpp"
#include "platform/store/schema.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace rondo::store {
/// The truth: one SQLite file (WAL, synchronous=FULL) that one process owns.
///
/// Hot writes are appends to the journal; state lives in memory and is rebuilt by replay(); tables are projections that follow
/// within Config::projection_interval. Writes of all callers go through one thread that commits them in groups: one sync for
/// everything that waited. What commit() acknowledged survives the process and the machine.
///
/// Faults. Disk full: the group is refused with `insufficient_storage`, reads go on, and writes work again once there is space.
/// A failed sync, an I/O error or damage: on_fatal once, failed() from then on, every write `unavailable`, nothing retried; the
/// process should exit, a restart recovers all that was acknowledged.
///
/// Lifecycle: open, replay, start, ..., stop. stop() before the executors of waiting coroutines go away. The rest is thread-safe.
class Database {
public:
    struct Options {
        std::filesystem::path file;             ///< its folder is created; `-wal`, `-shm` and `.lock` lie beside it
        Config config{};
        std::vector<Migration> migrations{};    ///< the owner's tables
        std::vector<Projection*> projections{}; ///< must outlive the database
        std::function<void(const Error&)> on_fatal{};    ///< once, on a thread of the store; must not call stop()
        std::function<void(const Error&)> on_warning{};  ///< rare, on a thread of the store; from several at a time
        FaultPlan* faults{nullptr};
    };

    /// Locks, recovers, checks (after a crash) and migrates the file.
    /// Errors: `failed_precondition` (in use by another process; newer version; not ours), `data_loss`, those of the disk.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(Options options);
    ~Database();

    /// Every row still in the journal, in order: all that is not projected, and all of streams held by the last process. Before
    /// start(); hold() the streams whose work goes on in between, or their rows go.
    /// Errors: `data_loss` naming the damaged row.
    [[nodiscard]] Status replay(const std::function<void(const JournalRow&)>& row);
    void start();
    /// Refuses new writes, commits and projects what is queued, empties the write-ahead log, joins. Blocks. The destructor does
    /// it too, and lets go of the file.
    void stop();

    /// Resumes on the caller's executor once the batch is synced. Not undone by cancellation: the batch is written all the same.
    /// Errors: `aborted` (fence or guard; reason STALE_FENCE, GUARD), `insufficient_storage`, `resource_exhausted` (queue full),
    /// `unavailable` (stopping, disk failed), `internal` (its SQL).
    [[nodiscard]] asio::awaitable<Result<Receipt>> commit(Batch batch);
    /// The same queue and order, but nobody waits; a failure is counted (Stats::unheard), the first one is a warning.
    void submit(Batch batch);

    /// Runs `f(Reader&)`, which returns a Result, on a reader thread and one snapshot; resumes on the caller's executor.
    template <class F>
    [[nodiscard]] asio::awaitable<std::invoke_result_t<F, Reader&>> read(F f) {
        std::optional<std::invoke_result_t<F, Reader&>> out;  // in the coroutine's frame, which waits for the reader
        std::function<void(Reader&)> job = [&](Reader& reader) { out.emplace(f(reader)); };
        const Status ran = co_await run_read(std::move(job));
        if (!ran) co_return propagate(ran);
        co_return std::move(*out);
    }

    /// A fencing token or an id: greater than any before, in this process and its predecessors.
    [[nodiscard]] std::int64_t next_token();
    [[nodiscard]] std::int64_t generation() const;  ///< +1 at every open; the high bits of each token

    /// Journal rows that every projection has applied are deleted, except rows of `stream` from `first_seq` on while it is held.
    /// Hold before the first row of the work is committed (0 when its number is not known yet).
    void hold(std::int64_t stream, std::int64_t first_seq);
    void release(std::int64_t stream);

    /// Waits until the projections have applied `seq`, a committed row, without waiting out the interval.
    /// Errors: `invalid_argument` (not committed), `insufficient_storage` (disk full; what is projected can be read all the same),
    /// `unavailable` (stopping, disk failed).
    [[nodiscard]] asio::awaitable<Status> projected(std::int64_t seq);

    [[nodiscard]] bool failed() const;

    /// Counters since open, except where said.
    struct Stats {
        std::int64_t groups, batches, rows;     ///< committed
        std::int64_t refused;                   ///< batches a fence, a guard or their own SQL stopped
        std::int64_t failed_groups;             ///< groups the disk refused
        std::int64_t unheard;                   ///< failed submits
        std::int64_t commit_us;                 ///< spent in commits, syncs included
        std::int64_t fdatasyncs;                ///< of all files
        std::int64_t fdatasync_p50_us;          ///< of the last 512
        std::int64_t bytes_written;             ///< handed to the disk
        std::int64_t checkpoints;
        std::int64_t wal_bytes;                 ///< now
        std::int64_t queue_depth;               ///< batches waiting now
        std::int64_t last_seq, projected_seq;   ///< now; their difference is the projections' lag
        std::int64_t projection_rejected;       ///< rows set aside in journal_rejected
    };
    [[nodiscard]] Stats stats() const;

private:
    struct Impl;
    explicit Database(std::unique_ptr<Impl> impl);
    [[nodiscard]] asio::awaitable<Status> run_read(std::function<void(Reader&)> job);
    std::unique_ptr<Impl> impl_;
};
}  // namespace rondo::store
