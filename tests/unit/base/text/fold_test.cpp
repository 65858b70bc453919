#include "base/text/fold.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rondo::text {
namespace {
struct Row {
    const char* claim;
    std::string text;
    std::string folded;
};

class Fold : public testing::TestWithParam<Row> {};
TEST_P(Fold, Folds) {
    EXPECT_EQ(fold(GetParam().text), GetParam().folded) << GetParam().claim;
    EXPECT_EQ(fold(fold(GetParam().text)), fold(GetParam().text)) << "twice is once";
}

INSTANTIATE_TEST_SUITE_P(Fold, Fold, testing::Values(
    Row{"ASCII capitals become small",              "Hello, World 42!",      "hello, world 42!"},
    Row{"full-width letters and digits are ASCII",  "ＡＩ　２０２６～",       "ai 2026~"},
    Row{"full-width marks are ASCII",               "多少钱？！，：",          "多少钱?!,:"},
    Row{"the Chinese full stop and list comma",     "好。一、二",              "好.一,二"},
    Row{"typographic quotes and dashes",            "“it’s” — ‘so’",         "\"it's\" - 'so'"},
    Row{"Han, kana and hangul stay",                "報價カタ한국",             "報價カタ한국"},
    Row{"accented Latin capitals",                  "ÀÉÎÕÜ×ŠŽŁĲ",            "àéîõü×šžłĳ"},
    Row{"the dotted capital of Turkish",            "İ",                     "i"},
    Row{"Greek, its accents and the final sigma",   "ΆΛΦΑς ΏΉΎ",             "άλφασ ώήύ"},
    Row{"Cyrillic with its extra letters",          "ЁЖИК Ѣ",                "ёжик ѣ"},
    Row{"zero-width characters vanish",             "pa\u200Bss\uFEFFword\u00AD", "password"},
    Row{"a no-break space is a space",              "a\u00A0b",              "a b"},
    Row{"malformed bytes become U+FFFD",            "A\xFF" "B",             "a\uFFFDb"},
    Row{"NUL stays",                                std::string("A\0B", 3),  std::string("a\0b", 3)}));

struct KindRow {
    const char* claim;
    char32_t c;
    Kind kind;
};

class KindOf : public testing::TestWithParam<KindRow> {};
TEST_P(KindOf, Tells) { EXPECT_EQ(kind(GetParam().c), GetParam().kind) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Fold, KindOf, testing::Values(
    KindRow{"a small letter",                U'a',     Kind::letter},
    KindRow{"a digit",                       U'7',     Kind::letter},
    KindRow{"an accented letter",            U'é',     Kind::letter},
    KindRow{"Cyrillic",                      U'ж',     Kind::letter},
    KindRow{"an ASCII mark",                 U'_',     Kind::separator},
    KindRow{"Han",                           U'你',    Kind::ideograph},
    KindRow{"rare Han outside the BMP",      0x20000,  Kind::ideograph},
    KindRow{"the iteration mark",            U'々',    Kind::ideograph},
    KindRow{"kana",                          U'カ',    Kind::ideograph},
    KindRow{"the katakana middle dot",       U'・',    Kind::separator},
    KindRow{"hangul",                        U'한',    Kind::ideograph},
    KindRow{"a Chinese bracket",             U'《',    Kind::separator},
    KindRow{"an emoji",                      0x1F600,  Kind::separator},
    KindRow{"the replacement character",     0xFFFD,   Kind::separator},
    KindRow{"the first of the last plane",   0x100000, Kind::separator}));

struct CharsRow {
    const char* claim;
    std::string text;
    std::u32string values;
    std::vector<std::uint32_t> offsets;
};

class FoldChars : public testing::TestWithParam<CharsRow> {};
TEST_P(FoldChars, RemembersPlaces) {
    std::vector<FoldedChar> chars{{U'?', 9, Kind::letter}};  // what was there is replaced
    fold_chars(GetParam().text, chars);
    std::u32string values;
    std::vector<std::uint32_t> offsets;
    for (const FoldedChar& c : chars) {
        values += c.value;
        offsets.push_back(c.offset);
    }
    EXPECT_EQ(values, GetParam().values) << GetParam().claim;
    EXPECT_EQ(offsets, GetParam().offsets) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Fold, FoldChars, testing::Values(
    CharsRow{"offsets count original bytes",          "Ａ你b",    U"a你b",  {0, 3, 6}},
    CharsRow{"an apostrophe in a word vanishes",      "I’m",      U"im",    {0, 4}},
    CharsRow{"a quote around a word stays",           "'a' b",    U"'a' b", {0, 1, 2, 3, 4}},
    CharsRow{"two apostrophes are a quote",           "a''b",     U"a''b",  {0, 1, 2, 3}},
    CharsRow{"what vanishes has no place",            "a\u200B" "b", U"ab", {0, 4}},
    CharsRow{"nothing",                               "",         U"",      {}}));
}  // namespace
}  // namespace rondo::text
