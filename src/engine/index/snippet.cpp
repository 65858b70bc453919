#include "engine/index/snippet.hpp"

#include <algorithm>

namespace rondo::index {
namespace {
struct Window {
    std::size_t from{0}, to{0};
};

/// The marks' extent where, within `width` bytes, the most weight of different terms lies.
Window densest(std::vector<Mark>& marks, std::size_t width) {
    if (marks.empty()) return {};
    std::ranges::sort(marks, {}, &Mark::offset);
    std::vector<std::uint32_t> inside(std::ranges::max(marks, {}, &Mark::term).term + 1);  // marks of each term in the window
    Window best;
    float weight = 0;
    float heaviest = -1;
    std::size_t first = 0;
    for (const Mark& last : marks) {
        if (inside[last.term]++ == 0) weight += last.weight;
        for (; last.offset - marks[first].offset > width; ++first) {
            if (--inside[marks[first].term] == 0) weight -= marks[first].weight;
        }
        // The margin keeps rounding in `weight` from moving the window to a later equal.
        if (weight > heaviest + 1e-4F) {
            heaviest = weight;
            best = {marks[first].offset, last.offset};
        }
    }
    return best;
}

bool inside_character(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80;
}

bool ascii_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool splits(std::string_view text, std::size_t at) {
    return inside_character(text, at) || (at > 0 && at < text.size() && ascii_word(text[at - 1]) && ascii_word(text[at]));
}

/// Moves a cut back, out of a character or word; a word longer than 24 bytes is cut all the same.
std::size_t step_back(std::string_view text, std::size_t at) {
    std::size_t whole = at;
    for (int n = 0; n < 24 && whole > 0 && splits(text, whole); ++n) --whole;
    if (!splits(text, whole)) return whole;
    for (int n = 0; n < 3 && at > 0 && inside_character(text, at); ++n) --at;
    return at;
}

void append_squeezed(std::string& out, std::string_view text) {
    bool space = true;  // leading ones go
    for (const char c : text) {
        const bool now = c == ' ' || (c >= '\t' && c <= '\r');
        if (!now) out += c;
        else if (!space) out += ' ';
        space = now;
    }
    if (out.ends_with(' ')) out.pop_back();
}
}  // namespace

std::string snippet(std::string_view text, std::vector<Mark>& marks, std::size_t max_bytes) {
    Window window{0, text.size()};
    if (text.size() > max_bytes) {
        // A quarter of the room is kept for what stands before the first and behind the last match.
        const Window match = densest(marks, max_bytes - max_bytes / 4);
        const std::size_t spare = max_bytes - (match.to - match.from);
        window.from = std::min(match.from - std::min(match.from, spare / 2), text.size() - max_bytes);
        window.to = step_back(text, window.from + max_bytes);
        window.from = step_back(text, window.from);
    }
    std::string out;
    if (window.from > 0) out += "…";
    append_squeezed(out, text.substr(window.from, window.to - window.from));
    if (window.to < text.size()) out += "…";
    return out;
}
}  // namespace rondo::index
