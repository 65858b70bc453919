#include "base/text/fold.hpp"

#include "base/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace rondo::text {
namespace {
struct Span {
    char32_t first, last;
};

/// Sorted; everything from U+0080 on that is in neither table is a letter.
constexpr Span kSeparators[] = {
    {0x0080, 0x00A9}, {0x00AB, 0x00B4}, {0x00B6, 0x00B9}, {0x00BB, 0x00BF},   {0x00D7, 0x00D7},    {0x00F7, 0x00F7}, {0x02C2, 0x02DF},
    {0x037E, 0x037E}, {0x0387, 0x0387}, {0x055A, 0x055F}, {0x0589, 0x058A},   {0x05BE, 0x05BE},    {0x060C, 0x060D}, {0x061B, 0x061F},
    {0x066A, 0x066D}, {0x06D4, 0x06D4}, {0x0964, 0x0965}, {0x0E4F, 0x0E4F},   {0x1680, 0x1680},    {0x2000, 0x206F}, {0x207A, 0x207E},
    {0x20A0, 0x20CF}, {0x2100, 0x214F}, {0x2190, 0x2BFF}, {0x2E00, 0x2E7F},   {0x2FF0, 0x3004},    {0x3008, 0x3020}, {0x3030, 0x3030},
    {0x303D, 0x3040}, {0x30A0, 0x30A0}, {0x30FB, 0x30FB}, {0x3200, 0x33FF},   {0xE000, 0xF8FF},    {0xFE00, 0xFE1F}, {0xFE30, 0xFE6F},
    {0xFF00, 0xFF0F}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFF}, {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF},
};
constexpr Span kIdeographs[] = {
    {0x1100, 0x11FF}, {0x2E80, 0x2FDF}, {0x3005, 0x3007}, {0x3021, 0x302F},   {0x3031, 0x303C},   {0x3041, 0x309F},
    {0x30A1, 0x30FA}, {0x30FC, 0x31FF}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},
    {0xAC00, 0xD7FF}, {0xF900, 0xFAFF}, {0xFF66, 0xFFDC}, {0x1B000, 0x1B16F}, {0x20000, 0x3FFFF},
};

bool contains(const auto& spans, char32_t c) noexcept {
    const auto* after = std::ranges::upper_bound(spans, c, {}, &Span::first);
    return after != std::begin(spans) && c <= std::prev(after)->last;
}

constexpr bool vanishes(char32_t c) noexcept {
    return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2064) ||
           (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF;
}

char32_t punctuation(char32_t c) noexcept {
    switch (c) {
        case 0x00A0:
        case 0x202F:
        case 0x205F:
        case 0x3000: return U' ';
        case 0x2018:
        case 0x2019:
        case 0x201B: return U'\'';
        case 0x201C:
        case 0x201D:
        case 0x201F: return U'"';
        case 0x2010:
        case 0x2011:
        case 0x2012:
        case 0x2013:
        case 0x2014:
        case 0x2212: return U'-';
        case 0x3001:
        case 0xFF64: return U',';
        case 0x3002:
        case 0xFF61: return U'.';
        default: return c >= 0x2000 && c <= 0x200A ? U' ' : c;
    }
}

/// Simple lower case of U+00C0-052F; other scripts with case are too rare in our traffic to carry a table for.
char32_t lower(char32_t c) noexcept {
    const bool even = (c & 1U) == 0;
    if (c <= 0xDE) return c >= 0xC0 && c != 0xD7 ? c + 32 : c;
    if (c < 0x100) return c;
    if (c == 0x130) return U'i';
    if (c == 0x178) return 0xFF;
    if (c <= 0x137 || (c >= 0x14A && c <= 0x177)) return even ? c + 1 : c;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return even ? c : c + 1;
    if (c < 0x386) return c;
    if (c == 0x386) return 0x3AC;
    if (c >= 0x388 && c <= 0x38A) return c + 37;
    if (c == 0x38C) return 0x3CC;
    if (c == 0x38E || c == 0x38F) return c + 63;
    if (c >= 0x391 && c <= 0x3AB && c != 0x3A2) return c + 32;
    if (c == 0x3C2) return 0x3C3;  // final sigma
    if (c < 0x400) return c;
    if (c <= 0x40F) return c + 80;
    if (c <= 0x42F) return c + 32;
    if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F)) return even ? c + 1 : c;
    return c;
}

constexpr bool ascii_letter(char32_t c) noexcept { return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9'); }
}  // namespace

char32_t fold(char32_t c) noexcept {
    if (c < 0x80) return c >= U'A' && c <= U'Z' ? c + 32 : c;
    if (c >= 0x3400 && c <= 0x9FFF) return c;  // nearly all of Chinese
    if (c >= 0xFF01 && c <= 0xFF5E) return fold(c - 0xFEE0);
    if (vanishes(c)) return 0;
    if (c < 0x530) return lower(punctuation(c));
    return punctuation(c);
}

Kind kind(char32_t folded) noexcept {
    if (folded < 0x80) return ascii_letter(folded) || (folded >= U'A' && folded <= U'Z') ? Kind::letter : Kind::separator;
    if (folded >= 0x4E00 && folded <= 0x9FFF) return Kind::ideograph;  // nearly all of Chinese
    if (contains(kSeparators, folded)) return Kind::separator;
    return contains(kIdeographs, folded) ? Kind::ideograph : Kind::letter;
}

std::string fold(std::string_view utf8) {
    std::string out;
    out.reserve(utf8.size());
    for (std::size_t at = 0; at < utf8.size();) {
        // NUL is kept: only what fold() itself makes vanish is left out.
        const std::size_t from = at;
        const char32_t c = decode(utf8, at);
        const char32_t folded = fold(c);
        if (folded == c && c != kReplacement) {
            out.append(utf8, from, at - from);
        } else if (folded != 0) {
            append(out, folded);
        }
    }
    return out;
}

void fold_chars(std::string_view text, std::vector<FoldedChar>& out) {
    out.clear();
    bool apostrophe = false;  // the last element is one, and a letter stands before it
    for (std::size_t at = 0; at < text.size();) {
        const auto offset = static_cast<std::uint32_t>(at);
        const char32_t c = decode(text, at);
        const char32_t folded = fold(c);
        if (folded == 0 && c != 0) continue;
        const Kind what = kind(folded);
        if (apostrophe && what == Kind::letter) out.pop_back();
        apostrophe = folded == U'\'' && !out.empty() && out.back().kind == Kind::letter;
        out.push_back({folded, offset, what});
    }
}
}  // namespace rondo::text
