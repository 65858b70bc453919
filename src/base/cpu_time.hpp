#pragma once
#include <chrono>

namespace rondo {
/// Processor time the calling thread has used so far; for measuring, never for deciding.
[[nodiscard]] std::chrono::nanoseconds thread_cpu_time() noexcept;
}  // namespace rondo
