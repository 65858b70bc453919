#include "base/cpu_time.hpp"

#include <ctime>

namespace rondo {
std::chrono::nanoseconds thread_cpu_time() noexcept {
    // getrusage() counts in ticks of milliseconds on some kernels.
    std::timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}
}  // namespace rondo
