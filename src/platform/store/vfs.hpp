#pragma once
#include "platform/store/faults.hpp"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace rondo::store {
/// What one database did to its disk. Written by any thread, read by any thread.
class DiskCounters {
public:
    void wrote(std::int64_t bytes) noexcept { bytes_written_.fetch_add(bytes, std::memory_order_relaxed); }
    void synced(std::int64_t microseconds) noexcept;

    [[nodiscard]] std::int64_t bytes_written() const noexcept { return bytes_written_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t syncs() const noexcept { return syncs_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t sync_p50_us() const;  ///< of the last 512 syncs; 0 before the first

private:
    std::atomic<std::int64_t> bytes_written_{0}, syncs_{0};
    std::array<std::atomic<std::int64_t>, 512> latest_us_{};
};

/// A VFS over SQLite's own that counts writes and syncs of every file of one database (the WAL included) and lets a FaultPlan
/// break them. Registered under a name of its own while it lives; connections opened through it must be closed before.
class Vfs {
public:
    explicit Vfs(FaultPlan* faults);  ///< null: only counts
    ~Vfs();
    Vfs(const Vfs&) = delete;
    Vfs& operator=(const Vfs&) = delete;

    [[nodiscard]] const char* name() const { return name_.c_str(); }
    [[nodiscard]] DiskCounters& counters() { return counters_; }
    [[nodiscard]] FaultPlan* faults() const { return faults_; }
    [[nodiscard]] sqlite3_vfs* underlying() const { return underlying_; }

private:
    FaultPlan* faults_;
    sqlite3_vfs* underlying_;
    std::string name_;
    sqlite3_vfs shim_{};
    DiskCounters counters_;
};
}  // namespace rondo::store
