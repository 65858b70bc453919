#include "base/text/token_counter.hpp"

#include "base/text/fold.hpp"
#include "base/text/utf8.hpp"

namespace rondo::text {
namespace {
constexpr int kWordCharacters = 4;
constexpr int kDigits = 3;
constexpr int kSpaces = 16;

enum class Shape { space, digit, letter, single };

Shape shape(char32_t c) noexcept {
    if (c == U' ' || (c >= U'\t' && c <= U'\r') || c == 0xA0 || c == 0x3000) return Shape::space;
    if (c >= U'0' && c <= U'9') return Shape::digit;
    return kind(c) == Kind::letter ? Shape::letter : Shape::single;
}

/// The end of the run of `what` that starts at `at` and has at most `most` characters.
std::size_t run(std::string_view text, std::size_t at, Shape what, int most) noexcept {
    for (int n = 0; n < most && at < text.size(); ++n) {
        std::size_t after = at;
        if (shape(decode(text, after)) != what) break;
        at = after;
    }
    return at;
}
}  // namespace

std::size_t TokenCounter::first(std::string_view text) noexcept {
    if (text.empty()) return 0;
    std::size_t start = 0;
    std::size_t end = 0;
    Shape what = shape(decode(text, end));
    if (what == Shape::space) {
        if (text[0] != ' ' || end == text.size()) return run(text, 0, Shape::space, kSpaces);
        start = end;
        what = shape(decode(text, end));
        if (what == Shape::space) return run(text, 0, Shape::space, kSpaces);
    }
    if (what == Shape::letter) return run(text, start, what, kWordCharacters);
    if (what == Shape::digit) return run(text, start, what, kDigits);
    return end;
}

Tokens TokenCounter::count(std::string_view text) const noexcept {
    Tokens total;
    split(text, [&total](std::string_view) { ++total.count; });
    return total;
}
}  // namespace rondo::text
