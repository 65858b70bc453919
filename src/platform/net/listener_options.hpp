#pragma once
#include <chrono>
#include <cstddef>

namespace rondo::net {
/// What the kernel shall do for every connection of a listening socket. Set there once: accepted sockets inherit it.
struct ListenerOptions {
    std::size_t unsent_bytes;             ///< of an answer that the kernel takes before the peer does
    std::chrono::milliseconds dead_peer;  ///< without a sign of life of the peer's TCP until the connection is broken off
};
/// What a kernel does not know is left out.
void set_options(int listener, ListenerOptions options);
}  // namespace rondo::net
