#include "ws_cases.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace rondo::net {
std::string said(std::string_view what, std::string_view payload) {
    std::string text = std::string{what} + "(" + std::to_string(payload.size()) + ")";
    if (payload.empty()) return text;
    constexpr std::size_t kShown = 140;
    text.append(" ").append(payload.substr(0, kShown));
    if (payload.size() <= kShown) return text;
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : payload) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return text + "... " + std::to_string(hash);
}

std::string begun_frame(unsigned opcode, std::string_view sent, std::size_t declared, FrameShape shape) {
    std::string frame;
    const auto number = [&](std::uint64_t value, unsigned bytes) {
        while (bytes-- > 0) frame.push_back(static_cast<char>(value >> (8 * bytes)));
    };
    frame.push_back(static_cast<char>((shape.final ? 0x80U : 0U) | shape.reserved << 4U | opcode));
    unsigned form = shape.length_bytes;
    if (form == 0) form = declared < 126 ? 1 : declared <= 0xffff ? 2 : 8;
    const unsigned mark = shape.masked ? 0x80U : 0U;
    if (form == 1) {
        number(mark | declared, 1);
    } else {
        number(mark | (form == 2 ? 126U : 127U), 1);
        number(declared, form);
    }
    if (!shape.masked) return frame.append(sent);
    frame.append(shape.mask);
    for (std::size_t i = 0; i < sent.size(); ++i) frame.push_back(static_cast<char>(sent[i] ^ shape.mask[i % 4]));
    return frame;
}

std::string client_frame(unsigned opcode, std::string_view payload, FrameShape shape) {
    return begun_frame(opcode, payload, payload.size(), shape);
}

std::string client_text(std::string_view text) { return client_frame(1, text); }

std::string client_close(unsigned code, std::string_view reason) {
    std::string payload{static_cast<char>(code >> 8U), static_cast<char>(code)};
    return client_frame(8, payload.append(reason));
}

std::vector<WsCase> all_ws_cases() {
    std::vector<WsCase> all;
    for (auto part : {frame_cases(), close_cases(), text_cases(), deflate_cases()}) std::ranges::move(part, std::back_inserter(all));
    return all;
}
}  // namespace rondo::net
