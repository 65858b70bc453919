#include "platform/net/handover_channel.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

namespace rondo::net {
namespace {
constexpr const char* kName = "takeover.sock";
constexpr const char* kNewName = "takeover.sock.new";
constexpr std::size_t kMostBytes = 256U << 10U;  // a packet; more than a head that was read may have
constexpr int kSendSeconds = 10;
constexpr int kWaiting = 16;  // who asks at the same time

std::unexpected<Error> system_error(Code code, const char* what) { return fail(code, fmt::format("{}: {}", what, std::strerror(errno))); }

/// Through the folder's descriptor, for the path of a socket may have no more than 107 bytes.
sockaddr_un address_of(int folder, const char* name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = fmt::format("/proc/self/fd/{}/{}", folder, name);
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    return address;
}
const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

union Control {
    char bytes[CMSG_SPACE(sizeof(int) * kMostMoved)];
    cmsghdr aligned;
};

std::vector<Descriptor> sockets_in(msghdr& message) {
    std::vector<Descriptor> found;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        for (std::size_t at = 0; at + sizeof(int) <= part->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(part) + at, sizeof number);
            found.emplace_back(number);
        }
    }
    return found;
}
}  // namespace

Result<HandoverChannel> HandoverChannel::adopt(Descriptor socket) {
    ucred other{};
    socklen_t size = sizeof other;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &other, &size) != 0)
        return system_error(Code::unavailable, "cannot tell who asks to take over");
    if (other.uid != ::geteuid())
        return fail(Code::permission_denied, fmt::format("process {} belongs to user {}, not to ours", other.pid, other.uid));
    const timeval limit{.tv_sec = kSendSeconds, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    HandoverChannel channel;
    channel.socket_ = std::move(socket);
    channel.peer_ = other.pid;
    return channel;
}

Status HandoverChannel::send(HandoverWord word, std::string_view text, std::span<const int> sockets) {
    char letter = static_cast<char>(word);
    iovec parts[]{{&letter, 1}, {const_cast<char*>(text.data()), text.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    Control control{};
    if (!sockets.empty()) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sockets.size_bytes());
        cmsghdr* head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sockets.size_bytes());
        std::memcpy(CMSG_DATA(head), sockets.data(), sockets.size_bytes());
    }
    const TimePoint give_up = Clock::now() + std::chrono::seconds{kSendSeconds};
    for (;;) {
        if (::sendmsg(socket_.get(), &message, MSG_NOSIGNAL) >= 0) return {};
        // The kernel lets a user have so many descriptors under way; the other end is about to take them.
        const bool later = errno == EINTR || (errno == ETOOMANYREFS && Clock::now() < give_up);
        if (!later) return system_error(Code::unavailable, "the other process is gone");
        if (errno == ETOOMANYREFS) ::poll(nullptr, 0, 1);
    }
}

Result<HandoverPacket> HandoverChannel::receive(TimePoint deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd ready{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        const int found = ::poll(&ready, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)));
        if (found < 0 && errno != EINTR) return system_error(Code::unavailable, "cannot wait for the other process");
        if (found > 0) break;
        if (left <= 0) return fail(Code::deadline_exceeded, "the other process does not answer");
    }
    const auto bytes = std::make_unique_for_overwrite<char[]>(kMostBytes);
    iovec part{bytes.get(), kMostBytes};
    Control control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    const auto size = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    if (size <= 0) return fail(Code::unavailable, "the other process is gone");
    HandoverPacket packet{static_cast<HandoverWord>(bytes[0]), {bytes.get() + 1, static_cast<std::size_t>(size) - 1}, sockets_in(message)};
    if ((message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)) != 0)
        return fail(Code::data_loss, "too few descriptors for the connections that came; raise the limit (ulimit -n) and try again");
    return packet;
}

Result<HandoverAddress> HandoverAddress::in(const std::filesystem::path& folder) {
    Descriptor opened{::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!opened) return system_error(errno == ENOENT ? Code::not_found : Code::unavailable, "cannot open the data folder");
    return HandoverAddress{std::move(opened)};
}

Result<Descriptor> HandoverAddress::listen() const {
    Descriptor socket{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!socket) return system_error(Code::unavailable, "no socket to be taken over by");
    const auto address = address_of(folder_.get(), kNewName);
    ::unlinkat(folder_.get(), kNewName, 0);  // what a crash left
    // Nobody gets in before listen(), and under the name they know only a socket that is ready is found.
    if (::bind(socket.get(), generic(address), sizeof address) != 0 || ::fchmodat(folder_.get(), kNewName, 0600, 0) != 0 ||
        ::listen(socket.get(), kWaiting) != 0 || ::renameat(folder_.get(), kNewName, folder_.get(), kName) != 0)
        return system_error(Code::unavailable, "cannot listen at takeover.sock in the data folder");
    return socket;
}

Result<Descriptor> HandoverAddress::connect() const {
    Descriptor socket{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
    if (!socket) return system_error(Code::unavailable, "no socket to ask for the hand-over with");
    const auto address = address_of(folder_.get(), kName);
    if (::connect(socket.get(), generic(address), sizeof address) == 0) return socket;
    const bool nobody = errno == ENOENT || errno == ECONNREFUSED;
    return system_error(nobody ? Code::not_found : Code::unavailable, "cannot reach the running server at takeover.sock");
}

void HandoverAddress::remove() const { ::unlinkat(folder_.get(), kName, 0); }

Result<std::string> HandoverAddress::identity() const {
    struct stat found{};
    if (::fstat(folder_.get(), &found) != 0) return system_error(Code::unavailable, "cannot look at the data folder");
    return fmt::format("{}:{}", found.st_dev, found.st_ino);
}
}  // namespace rondo::net
