#include "platform/net/utf8_check.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace rondo::net {
namespace {
bool continues(unsigned char c) { return (c & 0xc0U) == 0x80U; }

/// Bytes of ASCII at the front, eight at a time.
std::size_t ascii_prefix(const unsigned char* at, std::size_t bytes) {
    std::size_t seen = 0;
    for (; seen + 8 <= bytes; seen += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at + seen, sizeof word);
        if ((word & 0x8080'8080'8080'8080U) != 0) break;
    }
    while (seen < bytes && at[seen] < 0x80) ++seen;
    return seen;
}
}  // namespace

bool Utf8Check::begin(unsigned char lead) noexcept {
    low_ = 0x80;
    high_ = 0xbf;
    if (lead < 0xc2) return false;  // stray continuation, or a character of one byte written as two
    if (lead < 0xe0) {
        missing_ = 1;
    } else if (lead < 0xf0) {
        missing_ = 2;
        if (lead == 0xe0) low_ = 0xa0;
        if (lead == 0xed) high_ = 0x9f;  // beyond lie the surrogates
    } else if (lead < 0xf5) {
        missing_ = 3;
        if (lead == 0xf0) low_ = 0x90;
        if (lead == 0xf4) high_ = 0x8f;
    } else {
        return false;
    }
    return true;
}

bool Utf8Check::feed(std::string_view piece) noexcept {
    const auto* at = reinterpret_cast<const unsigned char*>(piece.data());
    const auto* const end = at + piece.size();
    while (at != end) {
        if (missing_ > 0) {
            if (*at < low_ || *at > high_) return false;
            low_ = 0x80;
            high_ = 0xbf;
            --missing_;
            ++at;
        } else if (*at < 0x80) {
            at += ascii_prefix(at, static_cast<std::size_t>(end - at));
        } else if (end - at >= 3 && *at > 0xe0 && *at < 0xed && continues(at[1]) && continues(at[2])) {
            at += 3;  // most of Chinese, Japanese and Korean
        } else if (!begin(*at++)) {
            return false;
        }
    }
    return true;
}
}  // namespace rondo::net
