#pragma once
#include <string_view>

namespace rondo::net {
/// A character of a token (RFC 9110, 5.6.2): methods, header names, names of chunk extensions.
[[nodiscard]] constexpr bool token_char(char c) noexcept {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || (c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.contains(c));
}
/// What a value may hold: no control character but the tab.
[[nodiscard]] constexpr bool value_char(char c) noexcept { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t'; }

/// What is wrong with a header or trailer, its line break left out; null: nothing. Strict where two readers could differ: no folding, no
/// space before the colon, no bare CR, and no name that some servers take for one that decides framing ("Content_Length").
[[nodiscard]] const char* fault_of_field(std::string_view line) noexcept;

/// A Host header's value or a target's authority: a name or an address in brackets, and perhaps a port; nothing that could be read as two.
[[nodiscard]] bool valid_host(std::string_view host) noexcept;
/// Equal without regard to case, and to the port that goes without saying.
[[nodiscard]] bool same_host(std::string_view a, std::string_view b) noexcept;
}  // namespace rondo::net
