#include "ws_echo_load.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace rondo::bench {
namespace {
constexpr std::chrono::milliseconds kSilence{10'000};
}

EchoLoad::EchoLoad(EchoLoad&& other) noexcept
    : epoll_{std::exchange(other.epoll_, -1)},
      shape_{other.shape_},
      payload_{std::move(other.payload_)},
      clients_{std::move(other.clients_)} {}

EchoLoad::~EchoLoad() {
    if (epoll_ >= 0) ::close(epoll_);
}

Result<EchoLoad> EchoLoad::connect(std::uint16_t port, std::string_view target, const Shape& shape) {
    EchoLoad load{epoll_create1(EPOLL_CLOEXEC), shape};
    load.clients_.reserve(shape.connections);
    for (std::size_t number = 0; number < shape.connections; ++number) {
        auto client = WsClient::connect(port, target, {});
        if (!client) return propagate(client);
        epoll_event event{.events = EPOLLIN, .data = {.u64 = number}};
        if (epoll_ctl(load.epoll_, EPOLL_CTL_ADD, client->socket(), &event) != 0) return fail(Code::internal, "epoll_ctl failed");
        load.clients_.push_back(std::move(*client));
    }
    return load;
}

Result<EchoLoad::Heard> EchoLoad::run_for(std::chrono::milliseconds time) {
    const TimePoint begin = Clock::now();
    std::int64_t under_way = 0, messages = 0;
    for (auto& client : clients_) {
        if (const auto sent = client.send(ws::Opcode::binary, payload_, shape_.in_flight); !sent) return propagate(sent);
        under_way += static_cast<std::int64_t>(shape_.in_flight);
    }
    std::array<epoll_event, 256> events;
    while (under_way > 0) {
        const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), static_cast<int>(kSilence.count()));
        if (ready < 0 && errno != EINTR) return fail(Code::internal, "epoll_wait failed");
        if (ready == 0) return fail(Code::deadline_exceeded, "no echo for ten seconds");
        const bool go_on = Clock::now() - begin < time;
        for (int i = 0; i < ready; ++i) {
            const auto heard = listen(clients_[events[static_cast<std::size_t>(i)].data.u64], go_on);
            if (!heard) return propagate(heard);
            messages += *heard;
            if (!go_on) under_way -= *heard;
        }
    }
    return Heard{messages, Clock::now() - begin};
}

Result<std::int64_t> EchoLoad::listen(WsClient& client, bool go_on) {
    if (const auto received = client.receive(); !received) return propagate(received);
    std::int64_t messages = 0;
    for (;; ++messages) {
        const auto message = client.next();
        if (!message) return propagate(message);
        if (!*message) break;
        if ((*message)->opcode != ws::Opcode::binary || (*message)->data.size() != payload_.size())
            return fail(Code::data_loss, fmt::format("{} bytes came back for {}", (*message)->data.size(), payload_.size()));
    }
    if (!go_on) return messages;
    if (const auto sent = client.send(ws::Opcode::binary, payload_, static_cast<std::size_t>(messages)); !sent) return propagate(sent);
    return messages;
}
}  // namespace rondo::bench
