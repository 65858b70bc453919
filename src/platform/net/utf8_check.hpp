#pragma once
#include <string_view>

namespace rondo::net {
/// Says as early as possible that bytes which arrive piece by piece are not UTF-8: overlong forms, surrogates and what lies beyond
/// U+10FFFF are refused at the byte that makes them so. Pure.
class Utf8Check {
public:
    /// False: no text can go on like this. Do not feed further then.
    [[nodiscard]] bool feed(std::string_view piece) noexcept;
    /// False: the last character lacks bytes.
    [[nodiscard]] bool complete() const noexcept { return missing_ == 0; }

private:
    [[nodiscard]] bool begin(unsigned char lead) noexcept;

    unsigned char missing_{0};             // bytes the current character still needs
    unsigned char low_{0x80}, high_{0xbf};  // what the next of them may be
};
}  // namespace rondo::net
