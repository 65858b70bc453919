#include "platform/net/web_socket_frame.hpp"

#include "base/text/utf8.hpp"

#include <cstring>

namespace rondo::net {
namespace {
void append_number(std::string& out, std::uint64_t number, unsigned bytes) {
    while (bytes-- > 0) out.push_back(static_cast<char>(number >> (8 * bytes)));
}
}  // namespace

bool valid_close_code(std::uint16_t code) noexcept {
    if (code >= 3000) return code < 5000;
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

void append_frame_head(std::string& out, Opcode opcode, std::size_t payload_bytes, bool compressed) {
    out.push_back(static_cast<char>(0x80U | (compressed ? 0x40U : 0U) | static_cast<unsigned>(opcode)));
    if (payload_bytes < 126) return append_number(out, payload_bytes, 1);
    const bool fits = payload_bytes <= 0xffff;
    out.push_back(static_cast<char>(fits ? 126 : 127));
    append_number(out, payload_bytes, fits ? 2 : 8);
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
    append_frame_head(out, opcode, payload.size());
    out.append(payload);
}

void append_close_frame(std::string& out, std::uint16_t code, std::string_view reason) {
    if (code == kNoCloseCode) return append_frame_head(out, Opcode::close, 0);
    const auto told = text::prefix(reason, kMaxControlBytes - 2);
    append_frame_head(out, Opcode::close, 2 + told.size());
    append_number(out, code, 2);
    out.append(told);
}

void unmask(char* to, std::string_view masked, const Mask& mask, std::size_t at) noexcept {
    std::array<char, 8> turned{};  // the mask twice, beginning where the payload is
    for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = mask[(at + i) % mask.size()];
    std::uint64_t key = 0;
    std::memcpy(&key, turned.data(), sizeof key);
    std::size_t done = 0;
    for (; done + 8 <= masked.size(); done += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, masked.data() + done, sizeof word);
        word ^= key;
        std::memcpy(to + done, &word, sizeof word);
    }
    for (; done < masked.size(); ++done) to[done] = static_cast<char>(masked[done] ^ turned[done % turned.size()]);
}
}  // namespace rondo::net
