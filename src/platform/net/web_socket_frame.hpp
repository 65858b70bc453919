#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The wire form of WebSocket frames (RFC 6455, section 5). Pure.
namespace rondo::net {
enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

inline constexpr std::size_t kMaxControlBytes = 125;  ///< payload of a close, ping or pong
inline constexpr std::uint16_t kNoCloseCode = 1005;   ///< stands for a close frame without a code; never on the wire

/// Codes a close frame may carry: those registered for the wire, and 3000 to 4999.
[[nodiscard]] bool valid_close_code(std::uint16_t code) noexcept;

/// Appends the head of an unfragmented, unmasked frame. `compressed` sets RSV1.
void append_frame_head(std::string& out, Opcode opcode, std::size_t payload_bytes, bool compressed = false);
void append_frame(std::string& out, Opcode opcode, std::string_view payload);
/// `reason` is cut after the last whole character that fits. kNoCloseCode: a frame without payload.
void append_close_frame(std::string& out, std::uint16_t code, std::string_view reason);

using Mask = std::array<char, 4>;
/// Writes `masked` to `to`, unmasked (or the other way round); `at`: how many bytes of the payload came before. They may be the same
/// memory.
void unmask(char* to, std::string_view masked, const Mask& mask, std::size_t at) noexcept;
}  // namespace rondo::net
