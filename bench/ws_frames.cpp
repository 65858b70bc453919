#include "ws_frames.hpp"

#include <fmt/format.h>

namespace rondo::bench::ws {
namespace {
constexpr std::uint64_t kLongest = 16U << 20U;

void append_number(std::string& into, std::uint64_t value, int bytes) {
    while (bytes-- > 0) into += static_cast<char>(value >> (8 * bytes));
}
}  // namespace

void append_frame(std::string& into, Opcode opcode, std::string_view payload) {
    into += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
    if (payload.size() < 126) {
        append_number(into, 0x80U | payload.size(), 1);
    } else if (payload.size() < 65'536) {
        append_number(into, 0x80U | 126U, 1);
        append_number(into, payload.size(), 2);
    } else {
        append_number(into, 0x80U | 127U, 1);
        append_number(into, payload.size(), 8);
    }
    append_number(into, 0, 4);
    into += payload;
}

std::string upgrade_request(std::string_view target, std::string_view protocols, std::string_view more) {
    std::string request = fmt::format(
        "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
        target);
    if (!protocols.empty()) request += fmt::format("Sec-WebSocket-Protocol: {}\r\n", protocols);
    return request.append(more) + "\r\n";
}

void Reader::feed(std::string_view bytes) {
    if (at_ > 0) buffer_.erase(0, at_);
    at_ = 0;
    buffer_ += bytes;
}

Result<bool> Reader::upgraded() {
    if (upgraded_) return true;
    const auto end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    if (!buffer_.starts_with("HTTP/1.1 101 ")) return fail(Code::internal, "no upgrade: " + buffer_.substr(0, 400));
    at_ = end + 4;
    return upgraded_ = true;
}

Result<std::optional<Reader::Message>> Reader::next() {
    const std::string_view left = std::string_view{buffer_}.substr(at_);
    if (left.size() < 2) return std::nullopt;
    const auto byte = [&](std::size_t index) { return static_cast<std::uint8_t>(left[index]); };
    const std::uint8_t first = byte(0), second = byte(1);
    const auto opcode = static_cast<Opcode>(first & 0x0FU);
    if ((first & 0xF0U) != 0x80U || (second & 0x80U) != 0 || opcode == Opcode::continuation)
        return fail(Code::data_loss, fmt::format("a frame begins with {:02x} {:02x}", first, second));
    std::size_t head = 2;
    std::uint64_t size = second;
    if (second >= 126) {
        head = second == 126 ? 4 : 10;
        if (left.size() < head) return std::nullopt;
        size = 0;
        for (std::size_t i = 2; i < head; ++i) size = size << 8 | byte(i);
    }
    if (size > kLongest) return fail(Code::data_loss, fmt::format("a message of {} bytes", size));
    if (left.size() - head < size) return std::nullopt;
    at_ += head + size;
    return Message{opcode, left.substr(head, size)};
}
}  // namespace rondo::bench::ws
