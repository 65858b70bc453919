#pragma once
#include "base/describe.hpp"

#include <chrono>

namespace rondo::gateway::wire {
/// Bounds and pace of WebSockets; a connection keeps those it began with.
struct Config {
    int connections_per_key{100};
    int connections_per_session{32};
    int commands_in_flight{16};
    int max_message_bytes{1 << 20};
    int max_unsent_bytes{1 << 20};
    std::chrono::milliseconds heartbeat{20'000};
    std::chrono::milliseconds delta_window{16};
    int delta_tokens{64};
};

template <class Visitor>
void describe(Visitor& v, Config& c) {
    using std::chrono::milliseconds;
    v.field("connections_per_key", c.connections_per_key, Reload::live,
            "WebSockets one key may have open; past it a new one is closed with 1013. Without keys there is no such limit.",
            in(1, 1'000'000));
    v.field("connections_per_session", c.connections_per_session, Reload::live,
            "WebSockets that may be bound to one session; past it a resume is refused.", in(1, 10'000));
    v.field("commands_in_flight", c.commands_in_flight, Reload::live,
            "Commands of one WebSocket that are being worked on; past it one is refused.", in(1, 1'000));
    v.field("max_message_bytes", c.max_message_bytes, Reload::live, "Longest message of a client, inflated; beyond it: closed with 1009.",
            in(1'024, 1 << 20));
    v.field("max_unsent_bytes", c.max_unsent_bytes, Reload::live, "Bytes that may wait for a slow client; beyond it: closed with 1008.",
            in(16'384, 1 << 26));
    v.field("heartbeat_ms", c.heartbeat, Reload::live, "Silence after which a client is pinged; as long again and it is closed with 4408.",
            in(milliseconds{100}, milliseconds{3'600'000}));
    v.field("delta_window_ms", c.delta_window, Reload::live, "Pieces of an answer that come within it travel as one; 0: each by itself.",
            in(milliseconds{0}, milliseconds{1'000}));
    v.field("delta_tokens", c.delta_tokens, Reload::live, "Tokens that do not wait for the window's end.", in(1, 10'000));
}
}  // namespace rondo::gateway::wire
