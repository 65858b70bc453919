#include "platform/net/predecessor.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <charconv>
#include <cstring>

namespace rondo::net {
namespace {
using namespace std::chrono_literals;
constexpr std::chrono::seconds kManners{5};
constexpr std::chrono::seconds kPatience{30};  // beyond the longest drain, for closing the store
constexpr int kEndMs = 10'000;                 // for the kernel to take away a process that hung up
}  // namespace

Result<Predecessor> Predecessor::ask(const std::filesystem::path& folder, std::string_view program) {
    const auto address = HandoverAddress::in(folder);
    if (!address) return propagate(address);
    const auto identity = address->identity();
    if (!identity) return propagate(identity);
    auto socket = address->connect();
    if (!socket) return propagate(socket);
    auto channel = HandoverChannel::adopt(std::move(*socket));
    if (!channel) return propagate(channel);
    Predecessor found;
    found.channel_ = std::move(*channel);
    found.process_ = Descriptor{static_cast<int>(::syscall(SYS_pidfd_open, found.channel_.peer(), 0))};
    if (const auto sent = found.channel_.send(HandoverWord::take, fmt::format("{} {} {}", kHandoverProtocol, program, *identity)); !sent)
        return propagate(sent);
    auto answer = found.channel_.receive(Clock::now() + kManners);
    if (!answer) return propagate(answer);
    if (answer->word == HandoverWord::refused) return fail(Code::failed_precondition, answer->text);
    if (answer->word != HandoverWord::offer || answer->sockets.size() != 1)
        return fail(Code::failed_precondition, "what listens at takeover.sock is no rondo that hands over; stop it and start this one");
    found.listener_ = std::move(answer->sockets.front());
    const auto space = answer->text.rfind(' ');
    found.program_ = answer->text.substr(0, space);
    std::int64_t drain = 0;
    if (space != std::string::npos) std::from_chars(answer->text.data() + space + 1, answer->text.data() + answer->text.size(), drain);
    found.drain_ = std::chrono::milliseconds{drain};
    return found;
}

Result<Predecessor::Place> Predecessor::place() const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    int listens = 0;
    socklen_t listens_size = sizeof listens;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool known = ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
                       ::getsockopt(listener_.get(), SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) == 0;
    if (known && listens == 1 && address.ss_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        return Place{::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size()), ntohs(v4.sin_port)};
    }
    if (known && listens == 1 && address.ss_family == AF_INET6) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address, sizeof v6);
        return Place{::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size()), ntohs(v6.sin6_port)};
    }
    return fail(Code::invalid_argument, "what the running server handed over is no socket that listens");
}

Status Predecessor::go() { return channel_.send(HandoverWord::go); }

Result<Predecessor::Estate> Predecessor::wait(const std::function<void(std::string_view)>& progress) {
    Estate estate;
    estate.inheritance.listener = std::move(listener_);
    const TimePoint deadline = Clock::now() + drain_ + kPatience;
    for (;;) {
        auto packet = channel_.receive(deadline);
        if (!packet && packet.error().code == Code::unavailable) {
            // Its descriptors go one by one, and with one of them the folder's lock: wait for the last.
            pollfd end{.fd = process_.get(), .events = POLLIN, .revents = 0};
            ::poll(&end, 1, process_ ? kEndMs : 0);
            estate.died = true;
            return estate;
        }
        if (!packet) return propagate(packet);
        switch (packet->word) {
            case HandoverWord::moved:
                for (auto& socket : packet->sockets) {
                    estate.inheritance.connections.push_back({std::move(socket), std::move(packet->text)});
                }
                break;
            case HandoverWord::progress: progress(packet->text); break;
            case HandoverWord::released: return estate;
            default: return fail(Code::failed_precondition, "the running server says what this program does not understand");
        }
    }
}

Status Predecessor::serving() { return channel_.send(HandoverWord::serving); }
}  // namespace rondo::net
