#pragma once
#include "user.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace rondo::bench {
/// The load on a server: `users` in conversation at once, each with one turn under way at any time. One thread.
struct Load {
    std::uint16_t port{0};
    std::size_t users{1};
    std::chrono::milliseconds warm_up{1'000};
    std::chrono::milliseconds window{5'000};  ///< what is measured
    std::int64_t turns{0};                    ///< the window ends with as many, if that comes first; 0: by time only
};

/// What happened in the window; a turn belongs to it when it ended in it.
struct LoadResult {
    std::int64_t turns;
    std::chrono::microseconds window;
    std::chrono::microseconds ttft_p50, ttft_p99;  ///< see User::listen
};

/// Warms up, calls `on_begin`, measures, calls `on_end`, and lets the turns under way end. The first failure ends it.
/// Errors: those of User; `deadline_exceeded` when the server is silent for ten seconds.
[[nodiscard]] Result<LoadResult> drive(const Script& script, const Load& load, const std::function<void()>& on_begin,
                                       const std::function<void()>& on_end);
}  // namespace rondo::bench
