// What is UTF-8, and how early a text is refused that is not (RFC 6455, section 8.1).
#include "ws_cases.hpp"

namespace rondo::net {
namespace {
constexpr unsigned kMore = 0, kText = 1, kBinary = 2, kPing = 9;
constexpr FrameShape kOpen{.final = false};
const std::string kNoText = "violation 1007";

struct Sample {
    std::string_view claim;
    std::string_view bytes;
};

constexpr Sample kValid[] = {
    {"U+0000", {"\0", 1}},
    {"U+007F", "\x7f"},
    {"U+0080, the first of two bytes", "\xc2\x80"},
    {"U+07FF, the last of two bytes", "\xdf\xbf"},
    {"U+0800, the first of three bytes", "\xe0\xa0\x80"},
    {"U+D7FF, before the surrogates", "\xed\x9f\xbf"},
    {"U+E000, behind the surrogates", "\xee\x80\x80"},
    {"U+FFFD", "\xef\xbf\xbd"},
    {"U+FFFE, no character but a code point", "\xef\xbf\xbe"},
    {"U+FFFF", "\xef\xbf\xbf"},
    {"U+FEFF, a byte order mark", "\xef\xbb\xbf"},
    {"U+10000, the first of four bytes", "\xf0\x90\x80\x80"},
    {"U+1FFFF", "\xf0\x9f\xbf\xbf"},
    {"U+FFFFF", "\xf3\xbf\xbf\xbf"},
    {"U+100000", "\xf4\x80\x80\x80"},
    {"U+10FFFF, the last of all", "\xf4\x8f\xbf\xbf"},
    {"Greek", "κόσμε"},
    {"Chinese", "你好，世界"},
    {"Chinese among ASCII", "say 你好 twice: 你好!"},
    {"a face", "ok 😀"},
    {"eight ASCII bytes, then more", "12345678é12345678"},
};

constexpr Sample kInvalid[] = {
    {"a stray continuation", "\x80"},
    {"the last stray continuation", "\xbf"},
    {"two stray continuations", "\x80\xbf"},
    {"a stray continuation behind a character", "\xc3\xa9\x80"},
    {"one byte written as two", "\xc0\x80"},
    {"a slash written as two bytes", "\xc0\xaf"},
    {"U+007F written as two bytes", "\xc1\xbf"},
    {"a slash written as three bytes", "\xe0\x80\xaf"},
    {"U+07FF written as three bytes", "\xe0\x9f\xbf"},
    {"a slash written as four bytes", "\xf0\x80\x80\xaf"},
    {"U+FFFF written as four bytes", "\xf0\x8f\xbf\xbf"},
    {"the first surrogate", "\xed\xa0\x80"},
    {"the last high surrogate", "\xed\xaf\xbf"},
    {"the first low surrogate", "\xed\xb0\x80"},
    {"the last surrogate", "\xed\xbf\xbf"},
    {"a pair of surrogates", "\xed\xa0\x80\xed\xb0\x80"},
    {"U+110000, beyond the last", "\xf4\x90\x80\x80"},
    {"a lead byte F5", "\xf5\x80\x80\x80"},
    {"a lead byte F7", "\xf7\xbf\xbf\xbf"},
    {"a form of five bytes", "\xf8\x88\x80\x80\x80"},
    {"a form of six bytes", "\xfc\x84\x80\x80\x80\x80"},
    {"FE", "\xfe"},
    {"FF", "\xff"},
    {"FE and FF", "\xfe\xff"},
    {"a lead byte, then ASCII", "\xc3 "},
    {"a lead byte of three, then ASCII", "\xe5\xb0 "},
    {"a lead byte of four, then a lead byte", "\xf0\x9f\x98\xc3\xa9"},
};

constexpr Sample kCut[] = {
    {"one of two bytes", "\xc3"},  {"one of three bytes", "\xe4"},    {"two of three bytes", "\xe4\xbd"},
    {"one of four bytes", "\xf0"}, {"two of four bytes", "\xf0\x9f"}, {"three of four bytes", "\xf0\x9f\x98"},
};

void add_valid(std::vector<WsCase>& rows, const Sample& sample) {
    const std::string claim{sample.claim};
    const std::string text{sample.bytes};
    rows.push_back({claim, client_text(text), {said("text", text)}});
    std::string bytewise;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bytewise += client_frame(i == 0 ? kText : kMore, text.substr(i, 1), {.final = i + 1 == text.size()});
        if (i == 0 && text.size() > 1) bytewise += client_frame(kPing, "");
    }
    std::vector<std::string> heard{said("text", text)};
    if (text.size() > 1) heard.insert(heard.begin(), said("ping", ""));
    rows.push_back({claim + ", a fragment for each byte", bytewise, heard});
}

void add_invalid(std::vector<WsCase>& rows, const Sample& sample) {
    const std::string claim{sample.claim};
    const std::string bytes{sample.bytes};
    rows.push_back({claim, client_text(bytes), {kNoText}});
    rows.push_back({claim + " inside a text, before it has ended", begun_frame(kText, "some text, " + bytes, 1000), {kNoText}});
    rows.push_back({claim + " in a fragment, before the next", client_frame(kText, "你好" + bytes, kOpen), {kNoText}});
    rows.push_back({claim + " in binary is nobody's business", client_frame(kBinary, bytes), {said("binary", bytes)}});
}
}  // namespace

std::vector<WsCase> text_cases() {
    std::vector<WsCase> rows;
    for (const Sample& sample : kValid) add_valid(rows, sample);
    for (const Sample& sample : kInvalid) add_invalid(rows, sample);
    for (const Sample& sample : kCut) {
        const std::string bytes{sample.bytes};
        const std::string claim = "a text that ends behind " + std::string{sample.claim};
        rows.push_back({claim, client_text("é" + bytes), {kNoText}});
        rows.push_back({claim + ", in its last fragment", client_frame(kText, bytes, kOpen) + client_frame(kMore, ""), {kNoText}});
    }
    const std::string pieces = client_frame(kText, "\xe4\xbd", kOpen) + client_frame(kPing, "?");
    rows.push_back({"a character over two fragments", pieces + client_frame(kMore, "\xa0"), {said("ping", "?"), said("text", "你")}});
    rows.push_back(
        {"a character that does not go on in the next fragment", pieces + client_frame(kMore, "a", kOpen), {said("ping", "?"), kNoText}});
    rows.push_back({"a text behind a refused one never comes", client_text("\xff") + client_text("a"), {kNoText}});
    std::string long_text;
    while (long_text.size() < 30'000) long_text += "这是 a long mixed text. ";
    rows.push_back({"a long text in two languages", client_text(long_text), {said("text", long_text)}});
    rows.push_back({"a long text with a wrong last byte", client_text(long_text + "\xff"), {kNoText}});
    return rows;
}
}  // namespace rondo::net
