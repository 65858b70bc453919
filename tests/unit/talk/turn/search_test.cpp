#include "talk/turn/search.hpp"

#include <gtest/gtest.h>

namespace rondo::turn {
namespace {
struct Row {
    const char* claim;
    std::string words, text;
    bool found;
};

class SearchWordsTest : public testing::TestWithParam<Row> {};
TEST_P(SearchWordsTest, Match) {
    const auto words = SearchWords::parse(GetParam().words);
    ASSERT_TRUE(words);
    EXPECT_EQ(words->in(GetParam().text), GetParam().found) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(SearchWords, SearchWordsTest, testing::Values(
    Row{"a word as it stands",               "price",       "the price is high",     true},
    Row{"inside a longer word",              "price",       "PRICES rise",           true},
    Row{"one ideograph is enough",           "价",          "多少价钱",               true},
    Row{"a part of a Chinese sentence",      "少价",        "多少价钱",               true},
    Row{"full width is the same",            "ＭＥＳ",      "云鹰 mes 系统",          true},
    Row{"all words, in any order",           "high price",  "the price is high",     true},
    Row{"one word missing",                  "low price",   "the price is high",     false},
    Row{"no words are in every text",        " \t ",        "anything",              true},
    Row{"words are not in an empty text",    "a",           "",                      false}));

TEST(SearchWords, TooMuchIsRefused) {
    EXPECT_EQ(SearchWords::parse(std::string(201, 'a')).error().faults.at(0).path, "q");
    EXPECT_EQ(SearchWords::parse("a b c d e f g h i").error().faults.at(0).path, "q");
    EXPECT_TRUE(SearchWords::parse("a b c d e f g h"));
    EXPECT_TRUE(SearchWords::parse("  ")->empty());
}

TEST(SearchWords, ASnippetShowsThePlace) {
    const auto words = *SearchWords::parse("合同");
    std::string text;
    for (int i = 0; i < 60; ++i) text += "前面的话。";
    text += "我们签合同吧。";
    for (int i = 0; i < 60; ++i) text += "后面的话。";
    const std::string snippet = words.snippet(text);
    EXPECT_NE(snippet.find("签合同吧"), std::string::npos) << snippet;
    EXPECT_TRUE(snippet.starts_with("…") && snippet.ends_with("…")) << snippet;
    EXPECT_LE(snippet.size(), 140U);
    EXPECT_EQ(words.snippet("短合同"), "短合同");
    EXPECT_EQ(SearchWords::parse("x")->snippet(std::string("\xE3\x80\x80Ｘ", 6)), "\xE3\x80\x80Ｘ") << "folding changes lengths";
}
}  // namespace
}  // namespace rondo::turn
