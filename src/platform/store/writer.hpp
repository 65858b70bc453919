#pragma once
#include "platform/store/batch.hpp"
#include "platform/store/config.hpp"
#include "platform/store/fences.hpp"
#include "platform/store/health.hpp"
#include "platform/store/sqlite.hpp"
#include "platform/store/waiter.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace rondo::store {
/// The one thread that writes. It takes whatever has queued up while the last commit was syncing, up to the group bounds, as
/// the next group: one transaction, one sync, then everybody's answer. So groups grow with the load and nobody is delayed
/// on purpose.
///
/// Lifecycle: start() once; close() refuses newcomers; stop() commits what is queued, then joins. Everything else is
/// thread-safe.
class Writer {
public:
    /// A batch and who hears of it: a coroutine, a blocked thread of ours, or nobody.
    struct Pending {
        Batch batch;
        WaiterPtr<Receipt> waiter{};
        std::promise<Result<Receipt>>* blocked{nullptr};
    };
    /// After each group that wrote something, on the writer thread. `wal_pages`: the write-ahead log's length.
    using OnGroup = std::function<void(std::int64_t last_seq, int wal_pages)>;

    struct Stats {
        std::atomic<std::int64_t> groups{0};          ///< commits
        std::atomic<std::int64_t> commit_us{0};       ///< time spent in them, the sync included
        std::atomic<std::int64_t> batches{0};         ///< batches committed
        std::atomic<std::int64_t> rows{0};            ///< journal rows committed
        std::atomic<std::int64_t> refused{0};         ///< batches refused by a fence, a guard or their own SQL
        std::atomic<std::int64_t> failed_groups{0};   ///< groups the disk refused
        std::atomic<std::int64_t> unheard{0};         ///< failed batches nobody waited for
        std::atomic<std::int64_t> last_seq{0};
        std::atomic<std::int64_t> queued{0};          ///< batches waiting
    };

    Writer(Connection connection, const Config& config, std::int64_t generation, std::int64_t last_seq, Health& health, OnGroup on_group);
    ~Writer() { stop(); }

    void start();
    void close();
    void stop();

    /// Queues in order. Answers at once with `unavailable` (closed, disk failed) or `resource_exhausted` (queue full).
    void enqueue(Pending pending);
    /// As enqueue, but blocks this thread until the answer is there, passes close() and ignores the queue's bound: for the
    /// projector.
    [[nodiscard]] Result<Receipt> commit_blocking(Batch batch);
    /// Runs `work` while no group is being written and none can start. One caller at a time.
    void between_groups(const std::function<void()>& work);

    [[nodiscard]] const Stats& stats() const { return stats_; }
    /// Only before start() or after stop().
    [[nodiscard]] Connection& connection() { return connection_; }

private:
    void run();
    void write_groups(std::vector<Pending>& taken);
    std::size_t group_end(const std::vector<Pending>& taken, std::size_t begin) const;
    void write_group(std::span<Pending> group);
    Result<Receipt> apply(Batch& batch);
    Status apply_statements(Batch& batch);
    Status run_statement(const Batch::Statement& wanted);
    Status insert_row(const Batch::Append& row);
    Error note(int rc, std::string_view doing);
    void answer(Pending& pending, Result<Receipt> result);
    void unheard(const Error& error);

    Connection connection_;
    const Config config_;
    Fences fences_;
    Health& health_;
    const OnGroup on_group_;
    Stats stats_;

    std::mutex mutex_;
    std::condition_variable wake_, idle_;
    std::vector<Pending> queue_;
    std::size_t queue_bytes_{0};
    bool closed_{false}, stopping_{false}, paused_{false}, in_group_{false}, sleeping_{false};

    // The writer thread's own.
    std::int64_t last_seq_;
    int wal_pages_{0};  // 0: the present group has written nothing yet
    std::optional<Error> group_error_;  // the disk refused: nothing of the group may stand
    std::vector<Result<Receipt>> outcomes_;
    Deliveries deliveries_;

    std::thread thread_;
};
}  // namespace rondo::store
