#include "cores.hpp"

#include <ctime>

namespace rondo::bench {
Cores deal_cores() {
    cpu_set_t mine;
    CPU_ZERO(&mine);
    sched_getaffinity(0, sizeof mine, &mine);
    Cores cores;
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (!CPU_ISSET(core, &mine)) continue;
        (cores.server.empty() ? cores.server : cores.others).push_back(core);
    }
    if (cores.others.empty()) cores.others = cores.server;
    return cores;
}

Pinned::Pinned(const std::vector<int>& cores) {
    CPU_ZERO(&former_);
    sched_getaffinity(0, sizeof former_, &former_);
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int core : cores) CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

Pinned::~Pinned() { sched_setaffinity(0, sizeof former_, &former_); }

std::chrono::nanoseconds cpu_time(pid_t process) {
    // Exact, unlike /proc/PID/stat, which counts in ticks, and with the threads that have ended, unlike /proc/PID/task.
    clockid_t clock{};
    std::timespec used{};
    if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &used) != 0) return {};
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}
}  // namespace rondo::bench
