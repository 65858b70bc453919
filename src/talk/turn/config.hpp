#pragma once
#include "base/describe.hpp"

#include <chrono>
#include <string>

namespace rondo::turn {
struct Config {
    std::chrono::milliseconds deadline{120'000};
    std::string busy{"reject"};
    int queue_limit{8};
    int history_turns{10};
    int live_sessions{2'000};
    int max_running{4'096};
    std::chrono::milliseconds flush_interval{15};
};

template <class Visitor>
void describe(Visitor& v, Config& c) {
    using std::chrono::milliseconds;
    v.field("deadline_ms", c.deadline, Reload::live, "A turn that has not ended by then fails with deadline_exceeded.",
            in(milliseconds{100}, milliseconds{3'600'000}));
    v.field("busy", c.busy, Reload::live, "What a second turn meets while one is running in its session.", OneOf{{"reject", "queue"}});
    v.field("queue_limit", c.queue_limit, Reload::live, "Turns that may wait in one session when busy is queue.", in(1, 1'000));
    v.field("history_turns", c.history_turns, Reload::live, "Earlier turns the model sees.", in(0, 100));
    v.field("live_sessions", c.live_sessions, Reload::restart, "Sessions kept in memory; idle ones past it are read from disk again.",
            in(16, 1'000'000));
    v.field("max_running", c.max_running, Reload::restart,
            "Turns running at once, shared out among the event loops; past it new ones are refused with Retry-After.", in(1, 1'000'000));
    v.field("flush_interval_ms", c.flush_interval, Reload::live, "Longest time a streamed piece waits before it is journaled.",
            in(milliseconds{0}, milliseconds{1'000}));
}
}  // namespace rondo::turn
