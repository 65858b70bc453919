#pragma once
#include "platform/store/config.hpp"
#include "platform/store/reader.hpp"
#include "platform/store/sqlite.hpp"
#include "platform/store/waiter.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace rondo::store {
/// Threads that run read functions, each on a connection and a snapshot of its own.
class ReaderPool {
public:
    using Job = std::function<void(Reader&)>;

    ReaderPool(std::vector<Connection> connections, const Config& config) : connections_{std::move(connections)}, config_{config} {}
    ~ReaderPool() { stop(); }

    void start();
    void stop();  ///< runs what is queued, then joins

    /// Thread-safe. Errors: `resource_exhausted` (queue full), `unavailable` (stopping), `internal` (the job threw).
    void enqueue(Job job, WaiterPtr<void> waiter);

private:
    struct Pending {
        Job job;
        WaiterPtr<void> waiter;
    };
    void run(Connection& connection);
    [[nodiscard]] Status perform(Connection& connection, const Job& job) const;

    std::vector<Connection> connections_;
    const Config config_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Pending> queue_;
    bool stopping_{false};
    std::vector<std::thread> threads_;
};
}  // namespace rondo::store
