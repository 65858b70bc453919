#include "loopback.hpp"

#include "answer_reader.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace rondo::bench {
namespace {
Error broken(const char* what) { return {Code::unavailable, fmt::format("{}: {}", what, std::strerror(errno))}; }
bool try_again() { return errno == EAGAIN || errno == EINTR; }
}  // namespace

Result<Loopback> Loopback::connect(std::uint16_t port) {
    Loopback made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (made.socket_ < 0) return fail(broken("socket"));
    const int on = 1;
    setsockopt(made.socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(made.socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return fail(broken("connect"));
    return made;
}

Loopback::~Loopback() {
    if (socket_ >= 0) ::close(socket_);
}

Status Loopback::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return fail(broken("send"));
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<std::size_t> Loopback::send_some(std::string_view bytes) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && try_again()) return std::size_t{0};
    if (sent < 0) return fail(broken("send"));
    return static_cast<std::size_t>(sent);
}

Result<std::size_t> Loopback::receive(char* into, std::size_t bytes) {
    const auto size = ::recv(socket_, into, bytes, MSG_DONTWAIT);
    if (size < 0 && try_again()) return std::size_t{0};
    if (size < 0) return fail(broken("recv"));
    if (size == 0) return fail(Code::unavailable, "the other side closed a connection");
    return static_cast<std::size_t>(size);
}

Status Loopback::wait(std::chrono::milliseconds patience) {
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, static_cast<int>(patience.count())) > 0) return {};
    return fail(Code::deadline_exceeded, "no answer in time");
}

Status allow_connections(std::size_t connections) {
    constexpr rlim_t kOwnFiles = 64;  // that are no connections
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const auto wanted = static_cast<rlim_t>(connections) + kOwnFiles;
    if (limit.rlim_cur >= wanted) return {};
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    if (limit.rlim_cur == wanted && setrlimit(RLIMIT_NOFILE, &limit) == 0) return {};
    return fail(Code::resource_exhausted,
                fmt::format("{} connections need more file descriptors than allowed; raise ulimit -n", connections));
}

Result<std::string> fetch(std::uint16_t port, std::string_view request, int status) {
    constexpr std::chrono::seconds kPatience{10};
    auto connection = Loopback::connect(port);
    if (!connection) return propagate(connection);
    if (const auto sent = connection->send(request); !sent) return propagate(sent);
    AnswerReader answer;
    while (!answer.done()) {
        if (const auto waited = connection->wait(kPatience); !waited) return propagate(waited);
        std::array<char, 16'384> bytes;
        const auto size = connection->receive(bytes.data(), bytes.size());
        if (!size) return propagate(size);
        if (const auto fed = answer.feed({bytes.data(), *size}); !fed) return propagate(fed);
    }
    if (answer.status() != status)
        return fail(Code::internal, fmt::format("answered {}: {}", answer.status(), answer.body().substr(0, 400)));
    return answer.body();
}
}  // namespace rondo::bench
