#include "base/text/utf8.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rondo::text {
namespace {
std::vector<char32_t> decode_all(std::string_view text) {
    std::vector<char32_t> out;
    for (std::size_t at = 0; at < text.size();) out.push_back(decode(text, at));
    return out;
}

struct Row {
    const char* claim;
    std::string bytes;
    std::vector<char32_t> decoded;
    bool valid;
};

class Utf8 : public testing::TestWithParam<Row> {};
TEST_P(Utf8, Decodes) {
    EXPECT_EQ(decode_all(GetParam().bytes), GetParam().decoded) << GetParam().claim;
    EXPECT_EQ(valid_utf8(GetParam().bytes), GetParam().valid) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Utf8, Utf8, testing::Values(
    Row{"nothing is valid",                          "",                         {},                        true},
    Row{"one to four bytes a character",             "aé你😀",                   {'a', 0xE9, 0x4F60, 0x1F600}, true},
    Row{"NUL is a character",                        std::string("\0", 1),       {0},                       true},
    Row{"the last code point",                       "\xF4\x8F\xBF\xBF",         {0x10FFFF},                true},
    Row{"beyond the last code point",                "\xF4\x90\x80\x80",         {0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD}, false},
    Row{"a stray continuation byte",                 "a\x80z",                   {'a', 0xFFFD, 'z'},        false},
    Row{"an overlong slash",                         "\xC0\xAF",                 {0xFFFD, 0xFFFD},          false},
    Row{"an overlong three-byte form",               "\xE0\x80\xAF",             {0xFFFD, 0xFFFD, 0xFFFD},  false},
    Row{"a surrogate",                               "\xED\xA0\x80",             {0xFFFD, 0xFFFD, 0xFFFD},  false},
    Row{"a cut character is one replacement",        "\xE4\xBD",                 {0xFFFD},                  false},
    Row{"a broken character does not eat the next",  "\xE4\xBD" "A",             {0xFFFD, 'A'},             false},
    Row{"bytes that are never used",                 "\xFE\xFF",                 {0xFFFD, 0xFFFD},          false}));

TEST(Utf8, AppendUndoesDecode) {
    for (const char32_t c : {U'\0', U'a', U'\x7F', U'\x80', U'\x7FF', U'\x800', U'\xFFFF', U'\x10000', U'\x10FFFF'}) {
        std::string out;
        append(out, c);
        EXPECT_EQ(decode_all(out), std::vector<char32_t>{c});
        EXPECT_TRUE(valid_utf8(out));
    }
    std::string out;
    append(out, 0xD800);
    append(out, 0x110000);
    EXPECT_EQ(out, "\uFFFD\uFFFD");
}

struct Cut {
    const char* claim;
    std::string text;
    std::size_t max_bytes;
    std::string prefix;
};

class Prefix : public testing::TestWithParam<Cut> {};
TEST_P(Prefix, EndsBetweenCharacters) { EXPECT_EQ(prefix(GetParam().text, GetParam().max_bytes), GetParam().prefix) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Utf8, Prefix, testing::Values(
    Cut{"a short text stays whole",               "你好",                 6, "你好"},
    Cut{"a character that does not fit goes",     "你好",                 5, "你"},
    Cut{"four bytes are not cut either",          "a😀",                  4, "a"},
    Cut{"a cut between characters is kept",       "你好",                 3, "你"},
    Cut{"no room, no text",                       "你好",                 0, ""},
    Cut{"stray bytes may be cut anywhere",        "\x80\x80\x80\x80\x80", 4, "\x80\x80\x80\x80"}));
}  // namespace
}  // namespace rondo::text
