#include "talk/scenario/slot_table.hpp"

#include <gtest/gtest.h>

namespace rondo::scenario {
namespace {
struct Row {
    const char* claim;
    std::vector<std::string_view> texts;
    const char* topic;
};

class SlotTableTest : public testing::TestWithParam<Row> {};
TEST_P(SlotTableTest, FollowsTheTopic) {
    SlotTable table;
    ASSERT_TRUE(table.add_fixed("name", "Ada"));
    ASSERT_TRUE(table.add_tracked("topic", "your topic", {{"tea", Phrases{{"tea", "leaves"}}}, {"coffee", Phrases{{"coffee"}}}}));
    EXPECT_FALSE(table.add_fixed("topic", "x")) << "a name is given once";
    const Slots slots = table.fill(GetParam().texts);
    EXPECT_EQ(slots.at("topic"), GetParam().topic) << GetParam().claim;
    EXPECT_EQ(slots.at("name"), "Ada");
}

INSTANTIATE_TEST_SUITE_P(Slots, SlotTableTest, testing::Values(
    Row{"before anything is said the default holds",  {},                                "your topic"},
    Row{"a cue sets the value",                       {"I like leaves"},                 "tea"},
    Row{"it stays until another cue",                 {"tea please", "and then?"},       "tea"},
    Row{"the newest message wins",                    {"tea", "now coffee"},             "coffee"},
    Row{"inside a message the last cue wins",         {"coffee is not tea"},             "tea"}));

struct EchoRow {
    const char* claim;
    const char* text;
    std::size_t limit;
    const char* echo;
};
class EchoTest : public testing::TestWithParam<EchoRow> {};
TEST_P(EchoTest, Quotes) { EXPECT_EQ(echo_of(GetParam().text, GetParam().limit), GetParam().echo) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Slots, EchoTest, testing::Values(
    EchoRow{"the last clause is quoted",            "您好，我们有扫码报工。",         18, "我们有扫码报工"},
    EchoRow{"too short is not worth quoting",       "好的",                       18, ""},
    EchoRow{"too long is not quoted either",        "one two three four five",    10, ""},
    EchoRow{"a decimal point is no end",            "it grows by 3.5 percent",    60, "it grows by 3.5 percent"},
    EchoRow{"a short tail leaves the clause before","It calls itself, ok.",       60, "It calls itself"},
    EchoRow{"nothing gives nothing",                "",                           60, ""}));

TEST(Sentence, IsTheOneThatSharesMostWithTheQuestion) {
    const std::vector<std::string_view> sources{"扫码报工平均用时三秒。离线最长支持七十二小时，补传时按扫码时间排序。",
                                                "付款方式为签约付三成。"};
    EXPECT_EQ(sentence_of(sources, "断网离线能支持多久？", 60), "离线最长支持七十二小时，补传时按扫码时间排序");
    EXPECT_EQ(sentence_of(sources, "付款怎么付", 60), "付款方式为签约付三成");
    EXPECT_EQ(sentence_of(sources, "付款怎么付", 5), "") << "none is short enough";
    EXPECT_EQ(sentence_of({}, "付款", 60), "");
}
}  // namespace
}  // namespace rondo::scenario
