#pragma once
#include <cstdint>
#include <optional>

namespace rondo::net {
/// How many of the bytes sent over a TCP socket, since it was connected, the peer's TCP has acknowledged; the handshake may count as one.
/// nullopt when the system does not say. Works on a socket that was reset, too.
[[nodiscard]] std::optional<std::uint64_t> acknowledged_bytes(int socket) noexcept;
}  // namespace rondo::net
