#include "base/obs/log_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <iterator>

namespace rondo::obs {
namespace {
constexpr std::array<std::string_view, 6> kNames{"trace", "debug", "info", "warn", "error", "off"};
constexpr char32_t kInvalid = 0xFFFFFFFF;

/// Decodes the character at the front of `text` (not empty). An invalid one takes the bytes up to where it went wrong, which
/// is how many replacement characters Unicode recommends.
struct Decoded {
    char32_t character;
    std::size_t bytes;
};
Decoded decode(std::string_view text) {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = at(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t length = lead >= 0xC2 && lead <= 0xDF ? 2 : (lead & 0xF0) == 0xE0 ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
    if (length == 0) return {kInvalid, 1};
    // The second byte's range rules out overlong forms, surrogates and what lies past U+10FFFF.
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    char32_t character = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const bool good = i < text.size() && (i == 1 ? at(i) >= low && at(i) <= high : (at(i) & 0xC0) == 0x80);
        if (!good) return {kInvalid, i};
        character = character << 6 | (at(i) & 0x3FU);
    }
    return {character, length};
}

/// Characters that would make a line look like something else: controls, bidirectional marks, zero widths, line separators.
bool hidden(char32_t c) {
    return (c >= 0x7F && c <= 0x9F) || c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

bool plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F && c != '"' && c != '\\'; }

void append_escaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const auto run = static_cast<std::size_t>(std::ranges::find_if_not(text, plain) - text.begin());
        out += text.substr(0, run);
        text.remove_prefix(run);
        if (text.empty()) return;
        const auto [character, bytes] = decode(text);
        switch (character) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            case kInvalid: out += "\xEF\xBF\xBD"; break;
            default:
                if (character < 0x20 || hidden(character)) fmt::format_to(std::back_inserter(out), "\\u{:04x}", std::uint32_t{character});
                else out += text.substr(0, bytes);
        }
        text.remove_prefix(bytes);
    }
}

struct AppendValue {
    std::string& out;
    void operator()(std::string_view text) const { append_json_string(out, text); }
    void operator()(bool flag) const { out += flag ? "true" : "false"; }
    void operator()(double number) const {
        if (std::isfinite(number)) fmt::format_to(std::back_inserter(out), "{}", number);
        else fmt::format_to(std::back_inserter(out), "\"{}\"", number);  // JSON has no word for it
    }
    void operator()(std::int64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
    void operator()(std::uint64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
};
}  // namespace

std::string_view name(Level level) noexcept { return kNames[static_cast<std::size_t>(level)]; }

Level parse_level(std::string_view word) noexcept {
    const auto found = std::ranges::find(kNames, word);
    return found == kNames.end() ? Level::info : static_cast<Level>(found - kNames.begin());
}

std::string_view cut(std::string_view text, std::size_t max_bytes) noexcept {
    if (text.size() <= max_bytes) return text;
    std::size_t end = max_bytes;
    while (end > 0 && max_bytes - end < 3 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end);
}

void append_json_string(std::string& out, std::string_view text, std::size_t max_bytes) {
    const auto kept = cut(text, max_bytes);
    out += '"';
    append_escaped(out, kept);
    if (kept.size() < text.size()) fmt::format_to(std::back_inserter(out), "...(+{} bytes)", text.size() - kept.size());
    out += '"';
}

void append_log_line(std::string& out, WallTime time, Level level, std::string_view event, std::span<const Field> fields) {
    out += "{\"ts\":\"";
    out += iso8601(time);
    out += "\",\"level\":\"";
    out += name(level);
    out += "\",\"event\":";
    append_json_string(out, event);
    for (const Field& field : fields) {
        assert(field.key() != "ts" && field.key() != "level" && field.key() != "event");
        out += ',';
        append_json_string(out, field.key());
        out += ':';
        std::visit(AppendValue{out}, field.value());
    }
    out += '}';
}
}  // namespace rondo::obs
