#include "talk/scenario/coach.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rondo::scenario {
namespace {
std::vector<LineTemplate> line(const char* text) { return {LineTemplate::parse(text).value()}; }

Coach example() {
    Coach coach;
    coach.add_rule({.id = "early_price", .intents = {"price"}, .unseen = {"needs"}}, line("Ask first."));
    coach.add_rule({.id = "closed", .stages = {"discovery"}, .intents = {"needs"}, .lacks = Phrases{{"what", "how"}}}, line("Ask openly."));
    coach.add_rule({.id = "jargon", .contains = Phrases{{"synergy"}}}, line("Say {topic} plainly."));
    coach.add_rule({.id = "long", .min_chars = 30}, line("Be brief."));
    coach.add_rule({.id = "late_small_talk", .intents = {"small_talk"}, .max_chars = 10, .from_turn = 3}, line("Move on."));
    coach.add_stage("discovery", line("Listen."));
    return coach;
}

struct Row {
    const char* claim;
    const char* text;
    const char* intent;
    int turn;
    std::vector<std::string_view> earlier;
    std::vector<std::string> rules;
};

class CoachTest : public testing::TestWithParam<Row> {};
TEST_P(CoachTest, Advises) {
    const Row& row = GetParam();
    const Advice advice = example().advise(
        {.user_text = row.text, .intent = row.intent, .stage = "discovery", .pick = {.turn = row.turn}, .earlier_intents = row.earlier},
        {{"topic", "it"}});
    EXPECT_EQ(advice.rules, row.rules) << row.claim;
    EXPECT_FALSE(advice.text.empty());
}

INSTANTIATE_TEST_SUITE_P(Coach, CoachTest, testing::Values(
    Row{"a price before the needs",                   "36,000",             "price",      2, {},        {"early_price"}},
    Row{"a price after the needs is fine",            "36,000",             "price",      2, {"needs"}, {}},
    Row{"a closed question",                          "is it slow?",        "needs",      2, {},        {"closed"}},
    Row{"an open question",                           "how slow is it?",    "needs",      2, {},        {}},
    Row{"a word that is not plain",                   "SYNERGY!",           "",           2, {},        {"jargon"}},
    Row{"length counts characters, not bytes",        "二十个字的一句话并不算长对不对呢", "",   2, {},        {}},
    Row{"small talk is welcome at first",             "nice tea",           "small_talk", 2, {},        {}},
    Row{"and not for ever",                           "nice tea",           "small_talk", 3, {},        {"late_small_talk"}}));

TEST(Coach, SaysTwoPointsAtMostAndVariesTheSecond) {
    const Coach coach = example();
    std::set<std::string> second;
    for (int turn = 1; turn < 5; ++turn) {
        const Advice advice = coach.advise(
            {.user_text = "36,000 for all that synergy, in a very long sentence", .intent = "price", .stage = "x", .pick = {.turn = turn}},
            {{"topic", "it"}});
        ASSERT_EQ(advice.rules.size(), 2U);
        EXPECT_EQ(advice.rules[0], "early_price") << "the most important point stays";
        second.insert(advice.rules[1]);
    }
    EXPECT_EQ(second, (std::set<std::string>{"jargon", "long"}));
}

TEST(Coach, FillsItsPlaceholders) {
    EXPECT_EQ(example().advise({.user_text = "synergy", .intent = "", .stage = "discovery"}, {{"topic", "tea"}}).text, "Say tea plainly.");
    EXPECT_EQ(example().advise({.user_text = "fine", .intent = "", .stage = "discovery"}, {}).text, "Listen.") << "the stage's advice";
}
}  // namespace
}  // namespace rondo::scenario
