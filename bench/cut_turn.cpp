#include "cut_turn.hpp"

#include "ws_client.hpp"

#include <fmt/format.h>

#include <chrono>
#include <limits>

namespace rondo::bench {
namespace {
constexpr std::chrono::milliseconds kPatience{10'000};

enum class End : std::uint8_t { cut, told };

/// One connection: at most `bytes` of what the server says.
Result<End> listen(WsClient& client, SessionEar& ear, const std::string& message, const std::string& message_id, std::size_t bytes) {
    for (bool asked = false;;) {
        for (;;) {
            const auto frame = client.next();
            if (!frame) return propagate(frame);
            if (!*frame) break;
            if ((*frame)->opcode == ws::Opcode::close) return fail(Code::internal, "the server closed the connection");
            if ((*frame)->opcode != ws::Opcode::binary) continue;
            const auto heard = ear.hear((*frame)->data);
            if (!heard) return propagate(heard);
            if (*heard == SessionEar::Heard::end) return End::told;
        }
        if (!asked && ear.bound() && !ear.accepted(message_id)) {
            if (const auto sent = client.send(ws::Opcode::binary, SessionEar::start_turn(message, message_id)); !sent)
                return propagate(sent);
            asked = true;
        }
        if (bytes == 0) return End::cut;
        if (const auto waited = client.await_bytes(kPatience); !waited) return propagate(waited);
        const auto received = client.receive(bytes);
        if (!received) return propagate(received);
        bytes -= *received;
    }
}
}  // namespace

Result<Broken> speak_through_cuts(std::uint16_t port, SessionEar& ear, const std::string& message, const std::string& message_id,
                                  const Cuts& cuts, Rng& rng) {
    for (Broken broken;; ++broken.all) {
        auto client = WsClient::connect(port, ear.target(), "rondo.v1.pb");
        if (!client) return propagate(client);
        auto bytes = std::numeric_limits<std::size_t>::max();
        if (broken.all < cuts.most) bytes = 1 + rng.below(cuts.longest);
        const auto end = listen(*client, ear, message, message_id, bytes);
        if (!end) return propagate(end);
        if (*end == End::told) return broken;
        if (ear.in_an_answer()) ++broken.in_answer;
    }
}
}  // namespace rondo::bench
