#include "base/text/utf8.hpp"

#include <cstdint>

namespace rondo::text {
namespace {
/// A lead byte's sequence length and the bounds of its second byte, which exclude overlong forms and surrogates.
struct Lead {
    std::uint8_t length;  // 0: not a lead byte
    std::uint8_t low, high;
};

constexpr Lead lead(std::uint8_t byte) noexcept {
    if (byte < 0x80) return {1, 0, 0};
    if (byte < 0xC2) return {0, 0, 0};
    if (byte < 0xE0) return {2, 0x80, 0xBF};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte < 0xF0) return {3, 0x80, 0xBF};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte < 0xF4) return {4, 0x80, 0xBF};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {0, 0, 0};
}

constexpr std::uint8_t byte_at(std::string_view text, std::size_t at) noexcept { return static_cast<std::uint8_t>(text[at]); }

struct Decoded {
    char32_t value;
    bool valid;
};

Decoded decode_one(std::string_view text, std::size_t& at) noexcept {
    const std::uint8_t first = byte_at(text, at++);
    if (first < 0x80) return {first, true};
    if (first > 0xE0 && first < 0xED && at + 1 < text.size()) {  // nearly all of Chinese: any two continuation bytes will do
        const std::uint8_t second = byte_at(text, at);
        const std::uint8_t third = byte_at(text, at + 1);
        if ((second & 0xC0U) == 0x80 && (third & 0xC0U) == 0x80) {
            at += 2;
            return {static_cast<char32_t>((first & 0xFU) << 12U | (second & 0x3FU) << 6U | (third & 0x3FU)), true};
        }
    }
    const Lead shape = lead(first);
    if (shape.length == 0) return {kReplacement, false};
    char32_t value = first & (0xFFU >> (shape.length + 1U));
    std::uint8_t low = shape.low;
    std::uint8_t high = shape.high;
    for (int i = 1; i < shape.length; ++i) {
        if (at >= text.size()) return {kReplacement, false};
        const std::uint8_t next = byte_at(text, at);
        if (next < low || next > high) return {kReplacement, false};  // `next` may begin a character of its own
        value = (value << 6U) | (next & 0x3FU);
        ++at;
        low = 0x80;
        high = 0xBF;
    }
    return {value, true};
}
}  // namespace

char32_t decode(std::string_view text, std::size_t& at) noexcept { return decode_one(text, at).value; }

void append(std::string& out, char32_t c) {
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = kReplacement;
    const auto push = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (c < 0x80) {
        push(c);
    } else if (c < 0x800) {
        push(0xC0 | (c >> 6U));
        push(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        push(0xE0 | (c >> 12U));
        push(0x80 | ((c >> 6U) & 0x3F));
        push(0x80 | (c & 0x3F));
    } else {
        push(0xF0 | (c >> 18U));
        push(0x80 | ((c >> 12U) & 0x3F));
        push(0x80 | ((c >> 6U) & 0x3F));
        push(0x80 | (c & 0x3F));
    }
}

bool valid_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        if (!decode_one(text, at).valid) return false;
    }
    return true;
}

std::string_view prefix(std::string_view text, std::size_t max_bytes) noexcept {
    if (text.size() <= max_bytes) return text;
    std::size_t cut = max_bytes;
    // A character has at most three continuation bytes; more of them are malformed and may be cut anywhere.
    for (int back = 0; back < 3 && cut > 0 && (byte_at(text, cut) & 0xC0U) == 0x80; ++back) --cut;
    const bool inside = (byte_at(text, cut) & 0xC0U) != 0x80;
    return text.substr(0, inside ? cut : max_bytes);
}
}  // namespace rondo::text
