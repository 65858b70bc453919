#include "platform/net/service_manager.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace rondo::net {
namespace {
/// CLOCK_MONOTONIC, by which the manager tells this reload's READY from an earlier one.
std::int64_t monotonic_us() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

/// A status of several lines would be read as further assignments.
std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }
}  // namespace

ServiceManager ServiceManager::from_environment() {
    const char* address = std::getenv("NOTIFY_SOCKET");
    return ServiceManager{address ? address : ""};
}

Status ServiceManager::ready(std::string_view status) const { return send(fmt::format("READY=1\nSTATUS={}", first_line(status))); }
Status ServiceManager::reloading() const { return send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", monotonic_us())); }
Status ServiceManager::stopping() const { return send("STOPPING=1"); }
Status ServiceManager::followed_by(int process, std::string_view status) const {
    return send(fmt::format("MAINPID={}\nREADY=1\nSTATUS={}", process, first_line(status)));
}

Status ServiceManager::send(std::string_view message) const {
    if (address_.empty()) return {};
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if ((address_.front() != '/' && address_.front() != '@') || address_.size() < 2 || address_.size() >= sizeof to.sun_path)
        return fail(Code::invalid_argument, "NOTIFY_SOCKET is neither an absolute path nor @name; start rondo from its systemd unit");
    std::memcpy(to.sun_path, address_.data(), address_.size());
    if (address_.front() == '@') to.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());

    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return fail(Code::unavailable, fmt::format("no socket to reach the service manager with: {}", std::strerror(errno)));
    const auto sent =
        ::sendto(socket, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), size);
    const int error = errno;
    ::close(socket);
    if (sent != static_cast<ssize_t>(message.size()))
        return fail(Code::unavailable, fmt::format("the service manager cannot be reached at {}: {}", address_, std::strerror(error)));
    return {};
}
}  // namespace rondo::net
