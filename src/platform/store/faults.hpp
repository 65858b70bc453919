#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace rondo::store {
/// Breaks chosen calls to the disk, and refuses chosen commits, for tests. Thread-safe; must outlive the Database it is given to.
class FaultPlan {
public:
    enum class Call { read, write, sync, truncate };
    enum class File { any, database, wal };
    enum class Effect {
        none,      ///< the call goes through; only `hook` runs (a gate, a crash after the call)
        io_error,  ///< nothing happens on the disk; EIO (a sync: the failed fsync)
        no_space,  ///< nothing happens on the disk; ENOSPC
        half,      ///< a write reaches the disk by half, then EIO: short, or torn when `hook` ends the process
    };
    static constexpr int kForever = std::numeric_limits<int>::max();

    struct Fault {
        Call call;
        File file{File::any};
        Effect effect{Effect::none};
        int nth{1};    ///< the first call struck, counted from now
        int times{1};  ///< how many calls in a row are struck
        std::function<void()> hook{};  ///< runs on the calling thread after the effect, before the call returns
    };

    void arm(Fault fault);
    void clear();
    [[nodiscard]] int fired() const;  ///< calls struck since construction

    /// Asked on any thread before a batch of Database::commit is queued: what it refuses is answered so, and nothing of it is written.
    /// Set before the database is opened.
    void on_commit(std::function<Status()> ask) { ask_ = std::move(ask); }
    [[nodiscard]] Status before_commit() const { return ask_ ? ask_() : Status{}; }

    /// For the VFS: the fault that strikes this call, if any.
    struct Strike {
        Effect effect;
        std::function<void()> hook;
    };
    [[nodiscard]] std::optional<Strike> strike(Call call, File file);

private:
    mutable std::mutex mutex_;
    std::vector<Fault> faults_;
    int fired_{0};
    std::function<Status()> ask_;
};
}  // namespace rondo::store
