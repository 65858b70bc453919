#pragma once
#include "base/result.hpp"

#include <cstdint>
#include <string_view>

namespace rondo::gateway::wire {
/// What is spoken on a connection.
enum class Protocol : std::uint8_t {
    pb,        ///< rondo.v1.pb: Frames as protobuf; a text message is one as JSON
    json,      ///< rondo.v1.json: Frames as proto3 JSON
    envelope,  ///< envelope.v2, and what older clients speak who name nothing: the flat envelope, its form told by the opcode
};
[[nodiscard]] std::string_view name(Protocol protocol) noexcept;

struct Choice {
    Protocol protocol{Protocol::envelope};
    std::string_view answer{};  ///< the name to agree on; empty: the client named none
};
/// Takes the first name of the client's list (Sec-WebSocket-Protocol, all of its lines joined by commas) that we know.
/// Errors: `invalid_argument`, reason UNKNOWN_SUBPROTOCOL, for a list without one.
[[nodiscard]] Result<Choice> choose_protocol(std::string_view offered);
}  // namespace rondo::gateway::wire
