#pragma once
#include <sched.h>
#include <sys/types.h>

#include <chrono>
#include <vector>

namespace rondo::bench {
/// Which processor cores go to whom, of those this process may use.
struct Cores {
    std::vector<int> server;  ///< the first one
    std::vector<int> others;  ///< the rest; the same one when there is no other
};
[[nodiscard]] Cores deal_cores();

/// Keeps the calling thread, and all threads and processes it starts meanwhile, on these cores.
class Pinned {
public:
    explicit Pinned(const std::vector<int>& cores);
    ~Pinned();
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;

private:
    cpu_set_t former_;
};

/// Processor time a process has used so far, user and system, all threads; zero when there is no such process.
[[nodiscard]] std::chrono::nanoseconds cpu_time(pid_t process);
}  // namespace rondo::bench
