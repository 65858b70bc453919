#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace rondo {
/// Lower-case hexadecimal digits, two a byte.
[[nodiscard]] inline std::string to_hex(std::span<const std::uint8_t> bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}
}  // namespace rondo
