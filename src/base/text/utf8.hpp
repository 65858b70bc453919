#pragma once
#include <cstddef>
#include <string>
#include <string_view>

/// UTF-8 as the world sends it: every function accepts any bytes, always moves forward and never throws.
namespace rondo::text {
/// What a malformed sequence decodes to.
inline constexpr char32_t kReplacement = 0xFFFD;

/// The code point at `text[at]`; moves `at` past it. Precondition: at < text.size().
/// Malformed bytes (stray, overlong, surrogate, beyond U+10FFFF, cut off) give one U+FFFD for each maximal broken
/// prefix, the practice of the Unicode standard and of browsers.
[[nodiscard]] char32_t decode(std::string_view text, std::size_t& at) noexcept;

/// Appends a code point; surrogates and values beyond U+10FFFF are written as U+FFFD.
void append(std::string& out, char32_t c);

[[nodiscard]] bool valid_utf8(std::string_view text) noexcept;

/// The longest prefix of at most `max_bytes` that does not end inside a character.
[[nodiscard]] std::string_view prefix(std::string_view text, std::size_t max_bytes) noexcept;
}  // namespace rondo::text
