#include "base/text/token_counter.hpp"

#include "base/rng.hpp"
#include "base/text/utf8.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rondo::text {
namespace {
std::vector<std::string> pieces(std::string_view text) {
    std::vector<std::string> out;
    TokenCounter{}.split(text, [&out](std::string_view piece) { out.emplace_back(piece); });
    return out;
}

struct Row {
    const char* claim;
    std::string text;
    std::vector<std::string> pieces;
};

class TokenCounterTest : public testing::TestWithParam<Row> {};
TEST_P(TokenCounterTest, Splits) {
    EXPECT_EQ(pieces(GetParam().text), GetParam().pieces) << GetParam().claim;
    EXPECT_EQ(TokenCounter{}.count(GetParam().text).count, static_cast<std::int64_t>(GetParam().pieces.size())) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(TokenCounter, TokenCounterTest, testing::Values(
    Row{"nothing costs nothing",                     "",               {}},
    Row{"an ideograph is a token",                   "多少钱？",        {"多", "少", "钱", "？"}},
    Row{"a word is cut every four letters",          "negotiation",    {"nego", "tiat", "ion"}},
    Row{"one space belongs to the word behind it",   "why is it",      {"why", " is", " it"}},
    Row{"and to a mark or ideograph as well",        "a (好 你",        {"a", " (", "好", " 你"}},
    Row{"numbers are cut every three digits",        "12345",          {"123", "45"}},
    Row{"words end where digits begin",              "v2b",            {"v", "2", "b"}},
    Row{"a run of white space is one token",         "a\n\n b",        {"a", "\n\n ", "b"}},
    Row{"a long run is several",                     std::string(20, ' '), {std::string(16, ' '), std::string(4, ' ')}},
    Row{"a space at the end stands alone",           "a ",             {"a", " "}},
    Row{"accented letters are letters",              "Überraschung",   {"Über", "rasc", "hung"}},
    Row{"an emoji is a token",                       "ok😀",           {"ok", "😀"}},
    Row{"a broken character is a token",             "a\xE4\xBD" "b",  {"a", "\xE4\xBD", "b"}}));

TEST(TokenCounter, KeepsEveryByteOfAnyText) {
    Rng rng{3};
    for (int round = 0; round < 2'000; ++round) {
        std::string text;
        // Bytes from a small set meet more broken and whole characters than uniform ones.
        for (std::uint64_t n = rng.below(24); n > 0; --n) text += "a 7.\n\xE4\xBD\xA0\xF0\x9F\x98\x80\xFF\xC3\xA9"[rng.below(15)];
        std::string joined;
        for (const std::string& piece : pieces(text)) {
            EXPECT_FALSE(piece.empty());
            EXPECT_TRUE(valid_utf8(piece) || !valid_utf8(text)) << "a whole text has whole pieces";
            joined += piece;
        }
        EXPECT_EQ(joined, text);
    }
}
}  // namespace
}  // namespace rondo::text
