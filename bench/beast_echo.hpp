#pragma once
#include "base/result.hpp"
#include "program.hpp"

namespace rondo::bench {
/// What ours is compared with: a WebSocket echo server as Boost.Beast's own examples write it, on one thread, without time-outs and
/// without compression. Prints `listening on 127.0.0.1:PORT` and serves until it gets SIGTERM. Errors: `unavailable` (no port).
[[nodiscard]] Status run_beast_echo();

/// That in a process of its own. Errors: those of Child.
[[nodiscard]] Result<Program> start_beast_echo();
}  // namespace rondo::bench
