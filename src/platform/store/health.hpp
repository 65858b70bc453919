#pragma once
#include "base/result.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace rondo::store {
/// Whether the disk below the store can be trusted, shared by its threads. Once fatal, always fatal: after a failed sync
/// nobody knows which bytes are there, and asking again may answer "yes" wrongly.
class Health {
public:
    using Report = std::function<void(const Error&)>;

    Health(Report on_fatal, Report on_warning) : on_fatal_{std::move(on_fatal)}, on_warning_{std::move(on_warning)} {}

    [[nodiscard]] bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
    /// The first call is reported, the others are its consequences.
    void fatal(const Error& error) {
        if (!failed_.exchange(true) && on_fatal_) on_fatal_(error);
    }
    void warn(const Error& error) {
        if (on_warning_) on_warning_(error);
    }
    /// What a write is answered with once the store has failed.
    [[nodiscard]] static Error refusal() {
        return {Code::unavailable, "the store's disk failed; restart the server to recover what was acknowledged", {}, "DISK_FAILED"};
    }

private:
    std::atomic<bool> failed_{false};
    Report on_fatal_, on_warning_;
};
}  // namespace rondo::store
