#pragma once
#include "platform/store/config.hpp"
#include "platform/store/health.hpp"
#include "platform/store/sqlite.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace rondo::store {
class Writer;

/// The thread that moves pages from the write-ahead log into the database file, so that the writer never does.
///
/// The bulk is copied while the writer works. Under steady writes that alone never reaches the log's end, and the log would
/// grow for ever; so the short rest is copied between two groups, after which SQLite starts the log over by itself. When
/// nobody has written for a while the log is emptied.
class Checkpointer {
public:
    Checkpointer(Connection connection, const Config& config, Writer& writer, Health& health)
        : connection_{std::move(connection)}, config_{config}, writer_{writer}, health_{health} {}
    ~Checkpointer() { stop(); }

    void start();
    void stop();  ///< joins; leaves the log as it is

    void committed(int wal_pages);  ///< thread-safe
    [[nodiscard]] std::int64_t wal_pages() const { return wal_pages_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t checkpoints() const { return checkpoints_.load(std::memory_order_relaxed); }
    /// Empties the log. The calling thread must know that nobody writes; not while the own thread runs.
    void truncate();

private:
    void run();
    void checkpoint();
    bool copy(int mode);

    Connection connection_;
    const Config config_;
    Writer& writer_;
    Health& health_;
    std::atomic<std::int64_t> wal_pages_{0}, checkpoints_{0};
    std::mutex mutex_;
    std::condition_variable wake_;
    std::int64_t commits_{0};
    bool due_{false}, stopping_{false};
    bool troubled_{false};  // own thread: the last copy failed; warned once
    std::thread thread_;
};
}  // namespace rondo::store
