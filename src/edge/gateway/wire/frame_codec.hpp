#pragma once
#include "base/result.hpp"

#include <proto/rondo.pb.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The WebSocket protocol rondo.v1 (proto/rondo.proto, docs/protocol.md): its messages as bytes, and what they mean here.
namespace rondo::gateway::wire {
using v1::Frame;

enum class Encoding : std::uint8_t { pb, json };

/// What a stranger may send as one frame; beyond it, BAD_ENVELOPE.
inline constexpr std::size_t kMaxFrameBytes = 1U << 20U;
inline constexpr int kMaxFrameDepth = 32;

/// Reads one frame; fields and members we do not know are dropped, so a frame of a newer client may have no body.
/// Errors: `invalid_argument`, reason BAD_ENVELOPE.
[[nodiscard]] Result<Frame> decode(Encoding encoding, std::string_view bytes);

/// JSON: proto3's standard mapping, lowerCamel names, members that have their default value left out.
[[nodiscard]] std::string encode(Encoding encoding, const Frame& frame);

/// The 16 bytes of a trace's 32 hexadecimal digits, "" for anything else; and back.
[[nodiscard]] std::string trace_bytes(std::string_view hex);
[[nodiscard]] std::string trace_hex(std::string_view bytes);
}  // namespace rondo::gateway::wire
