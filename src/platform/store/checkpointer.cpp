#include "platform/store/checkpointer.hpp"

#include "platform/store/writer.hpp"

#include <pthread.h>

#include <utility>

namespace rondo::store {
void Checkpointer::start() {
    thread_ = std::thread{[this] {
        pthread_setname_np(pthread_self(), "store-checkpt");
        run();
    }};
}

void Checkpointer::stop() {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Checkpointer::committed(int wal_pages) {
    const std::scoped_lock lock{mutex_};
    const bool first = wal_pages_.exchange(wal_pages, std::memory_order_relaxed) == 0;
    ++commits_;
    const bool due = wal_pages >= config_.checkpoint_pages;
    if (first || (due && !due_)) wake_.notify_one();
    due_ = due_ || due;
}

void Checkpointer::run() {
    std::unique_lock lock{mutex_};
    while (!stopping_) {
        wake_.wait(lock, [this] { return stopping_ || wal_pages() > 0; });
        const std::int64_t seen = commits_;
        wake_.wait_for(lock, config_.checkpoint_idle, [this] { return stopping_ || due_; });
        if (stopping_ || health_.failed()) break;
        if (!due_ && commits_ != seen) continue;
        const bool busy = std::exchange(due_, false);
        lock.unlock();
        if (busy) {
            checkpoint();
        } else {
            writer_.between_groups([this] { truncate(); });
        }
        lock.lock();
    }
}

void Checkpointer::checkpoint() {
    if (copy(SQLITE_CHECKPOINT_PASSIVE)) writer_.between_groups([this] { copy(SQLITE_CHECKPOINT_PASSIVE); });
}

void Checkpointer::truncate() {
    if (copy(SQLITE_CHECKPOINT_TRUNCATE)) wal_pages_ = 0;
}

/// True when it went as far as it could. A reader in the way is no trouble: the next round goes further.
bool Checkpointer::copy(int mode) {
    sqlite3_busy_timeout(connection_.handle(), 0);
    const int rc = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, mode, nullptr, nullptr);
    if (rc == SQLITE_OK) {
        ++checkpoints_;
        troubled_ = false;
        return true;
    }
    const Error error = connection_.error(rc, "a checkpoint");
    if (trouble_of(rc) == Trouble::fatal) {
        health_.fatal(error);
    } else if (trouble_of(rc) != Trouble::busy && !std::exchange(troubled_, true)) {
        health_.warn(error);
    }
    return false;
}
}  // namespace rondo::store
