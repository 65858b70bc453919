#include "platform/net/tcp_acknowledged.hpp"

// The kernel's own header: the C library's tcp_info ends before the counters. The two do not go into one unit.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>

namespace rondo::net {
std::optional<std::uint64_t> acknowledged_bytes(int socket) noexcept {
    tcp_info info{};
    socklen_t size = sizeof info;
    constexpr std::size_t kNeeded = offsetof(tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 || size < kNeeded) return std::nullopt;
    return info.tcpi_bytes_acked;
}
}  // namespace rondo::net
