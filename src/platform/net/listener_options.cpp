#include "platform/net/listener_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

namespace rondo::net {
namespace {
void set(int socket, int level, int option, int value) { static_cast<void>(setsockopt(socket, level, option, &value, sizeof value)); }
}  // namespace

void set_options(int listener, ListenerOptions options) {
    // Not SO_SNDBUF: that would also bound what is on its way, and so the speed over a long line.
    set(listener, IPPROTO_TCP, TCP_NOTSENT_LOWAT, static_cast<int>(options.unsent_bytes));
    // With data on its way TCP_USER_TIMEOUT tells a dead peer, in silence the probes do: some, so that one may get lost.
    const auto seconds = [](std::chrono::milliseconds time) {
        return static_cast<int>(std::max(std::chrono::ceil<std::chrono::seconds>(time).count(), std::chrono::seconds::rep{1}));
    };
    set(listener, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(options.dead_peer.count()));
    set(listener, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(listener, IPPROTO_TCP, TCP_KEEPIDLE, seconds(options.dead_peer / 2));
    set(listener, IPPROTO_TCP, TCP_KEEPINTVL, seconds(options.dead_peer / 8));
    set(listener, IPPROTO_TCP, TCP_KEEPCNT, 4);
}
}  // namespace rondo::net
