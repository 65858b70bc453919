#include "ws_client.hpp"

#include <algorithm>
#include <array>

namespace rondo::bench {
namespace {
constexpr std::chrono::seconds kPatience{10};
}

Result<WsClient> WsClient::connect(std::uint16_t port, std::string_view target, std::string_view protocols) {
    auto connection = Loopback::connect(port);
    if (!connection) return propagate(connection);
    WsClient client{std::move(*connection)};
    if (const auto asked = client.connection_.send(ws::upgrade_request(target, protocols)); !asked) return propagate(asked);
    for (;;) {
        const auto upgraded = client.reader_.upgraded();
        if (!upgraded) return propagate(upgraded);
        if (*upgraded) return client;
        if (const auto waited = client.connection_.wait(kPatience); !waited) return propagate(waited);
        if (const auto received = client.receive(); !received) return propagate(received);
    }
}

Status WsClient::send(ws::Opcode opcode, std::string_view payload, std::size_t times) {
    frame_.clear();
    while (times-- > 0) ws::append_frame(frame_, opcode, payload);
    return connection_.send(frame_);
}

Result<std::size_t> WsClient::receive(std::size_t most) {
    static thread_local std::array<char, kReceive> bytes;
    const auto size = connection_.receive(bytes.data(), std::min(most, bytes.size()));
    if (size) reader_.feed({bytes.data(), *size});
    return size;
}

Result<ws::Reader::Message> WsClient::wait(std::chrono::milliseconds patience) {
    const TimePoint until = Clock::now() + patience;
    for (;;) {
        const auto message = reader_.next();
        if (!message) return propagate(message);
        if (*message) return **message;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        if (const auto waited = connection_.wait(std::max(left, std::chrono::milliseconds{0})); !waited) return propagate(waited);
        if (const auto received = receive(); !received) return propagate(received);
    }
}
}  // namespace rondo::bench
