#include "base/rng.hpp"
#include "talk/scenario/phrases.hpp"

#include <gtest/gtest.h>

namespace rondo::scenario {
namespace {
struct Row {
    const char* claim;
    std::vector<std::string> phrases;
    std::vector<std::string> except;
    const char* text;
    bool found;
};

class PhrasesTest : public testing::TestWithParam<Row> {};
TEST_P(PhrasesTest, Finds) {
    const Row& row = GetParam();
    EXPECT_EQ(Phrases(row.phrases, row.except).found_in(Searchable{row.text}), row.found) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Phrases, PhrasesTest, testing::Values(
    Row{"a Chinese phrase inside a sentence",    {"回扣"}, {},            "我可以给您回扣的",        true},
    Row{"spaces between ideographs do not hide", {"回扣"}, {},            "给您 回 扣",            true},
    Row{"full width is the same",                {"100%"}, {},            "效果１００％",           true},
    Row{"case does not matter",                  {"Best"}, {},            "the BEST one",          true},
    Row{"a Latin phrase is a whole word",        {"best"}, {},            "asbestos",              false},
    Row{"an ideograph beside it is an edge",     {"API"}, {},             "我们有API接口",           true},
    Row{"an exception covers it",                {"第一"}, {"第一次"},      "我第一次来",              false},
    Row{"an exception covers its place only",    {"第一"}, {"第一次"},      "我们第一，第一次来",        true},
    Row{"the second place counts too",           {"第一"}, {"第一次"},      "第一次来就是第一",          true},
    Row{"two letters are enough",                {"ok"}, {},              "well, ok then",         true},
    Row{"nothing matches nothing",               {}, {},                  "text",                  false},
    Row{"an empty text holds no phrase",         {"a"}, {},               "",                      false}));

TEST(Phrases, SaysWhereTheLastOneBegins) {
    const Phrases phrases{{"tea", "leaf"}};
    EXPECT_EQ(phrases.last_in(Searchable{"tea then a leaf"}), 11U);
    EXPECT_EQ(phrases.last_in(Searchable{"leaf then tea"}), 10U);
    EXPECT_EQ(phrases.last_in(Searchable{"steam"}), std::string_view::npos);
}

TEST(Phrases, NoPartOfATextIsMissed) {
    Rng rng{11};
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (int i = 0; i < 120; ++i) text += static_cast<char>('a' + static_cast<int>(rng.next() % 4));
        const Searchable searched{text};
        const std::size_t at = rng.next() % 100;
        const std::size_t length = 1 + rng.next() % 20;
        EXPECT_TRUE(searched.may_hold(Searchable::sample(text.substr(at, length)))) << text.substr(at, length);
    }
}

TEST(Phrases, CountsCodePoints) {
    EXPECT_EQ(code_points("你好a"), 3U);
    EXPECT_EQ(code_points(""), 0U);
}
}  // namespace
}  // namespace rondo::scenario
