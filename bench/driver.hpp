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
    std::int64_t report_every{0};             ///< turns of the window between two calls of on_turns; 0: none
};

/// What happened in the window; a turn belongs to it when it ended in it.
struct LoadResult {
    std::int64_t turns;
    std::chrono::microseconds window;
    std::chrono::microseconds ttft_p50, ttft_p99;  ///< see Spoken::first
    std::int64_t text_bytes;                       ///< of messages and answers, when the script says to weigh them
};

/// Called by drive() as it goes.
struct Hooks {
    std::function<void()> on_begin, on_end;                    ///< of the window
    std::function<void(std::int64_t turns)> on_turns{};  ///< so many turns of the window have ended
};

/// Warms up, measures, and lets the turns under way end. The first failure ends it.
/// Errors: those of User; `deadline_exceeded` when the server is silent for ten seconds.
[[nodiscard]] Result<LoadResult> drive(const Script& script, const Load& load, const Hooks& hooks);
}  // namespace rondo::bench
