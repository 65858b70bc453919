#include "talk/scenario/variants.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rondo::scenario {
namespace {
std::vector<LineTemplate> lines(std::initializer_list<const char*> texts) {
    std::vector<LineTemplate> out;
    for (const char* text : texts) out.push_back(LineTemplate::parse(text).value());
    return out;
}

TEST(Variants, ChoosesTheSameForTheSamePick) {
    const Variants set{"greeting", lines({"alpha", "beta", "gamma", "delta"})};
    std::set<const LineTemplate*> over_sessions;
    for (int i = 0; i < 50; ++i) {
        const std::string session = "s" + std::to_string(i);
        const LineTemplate* line = set.choose({.session_id = session, .turn = 3, .seed = 1}, {});
        EXPECT_EQ(line, set.choose({.session_id = session, .turn = 3, .seed = 1}, {}));
        over_sessions.insert(line);
    }
    EXPECT_EQ(over_sessions.size(), 4U) << "sessions differ from each other";
}

TEST(Variants, ConsecutiveTurnsDiffer) {
    const Variants set{"greeting", lines({"alpha", "beta", "gamma"})};
    for (int turn = 1; turn < 30; ++turn) {
        EXPECT_NE(set.choose({.session_id = "s", .turn = turn}, {}), set.choose({.session_id = "s", .turn = turn + 1}, {}));
    }
}

TEST(Variants, PrefersWhatWasNotSaidAndThenTheOldest) {
    const Variants set{"greeting", lines({"alpha", "beta", "gamma"})};
    const std::vector<std::string_view> two{"gamma", "alpha"};
    const std::vector<std::string_view> all{"beta", "gamma", "alpha"};
    for (int turn = 0; turn < 6; ++turn) {
        EXPECT_EQ(set.choose({.turn = turn, .said = two}, {})->render({}), "beta");
        EXPECT_EQ(set.choose({.turn = turn, .said = all}, {})->render({}), "beta") << "said longest ago";
        EXPECT_EQ(set.choose_unsaid({.turn = turn, .said = all}, {}), nullptr);
    }
}

TEST(Variants, LeavesOutWhatCannotBeSaid) {
    const Variants set{"greeting", lines({"{source} alpha", "beta"})};
    for (int turn = 0; turn < 4; ++turn) EXPECT_EQ(set.choose({.turn = turn}, {{"source", ""}})->render({}), "beta");
    EXPECT_EQ(Variants("none", lines({"{source}"})).choose({}, {}), nullptr);
}

struct Row {
    const char* claim;
    const char* intent;
    const char* stage;
    std::vector<std::string_view> said;
    const char* expected;
};

class LineBookTest : public testing::TestWithParam<Row> {};
TEST_P(LineBookTest, ChoosesTheMostSpecific) {
    LineBook book;
    ASSERT_TRUE(book.add("ask", "start", lines({"ask in start"})));
    ASSERT_TRUE(book.add("ask", "", lines({"ask anywhere"})));
    ASSERT_TRUE(book.add("", "start", lines({"anything in start"})));
    ASSERT_TRUE(book.add("", "", lines({"anything anywhere"})));
    EXPECT_FALSE(book.add("ask", "", lines({"again"})));
    const Row& row = GetParam();
    EXPECT_EQ(book.choose(row.intent, row.stage, {.said = row.said}, {})->render({}), row.expected) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Lines, LineBookTest, testing::Values(
    Row{"intent and stage come first",           "ask",   "start", {},                               "ask in start"},
    Row{"then the intent",                       "ask",   "end",   {},                               "ask anywhere"},
    Row{"then the stage",                        "other", "start", {},                               "anything in start"},
    Row{"then anything",                         "other", "end",   {},                               "anything anywhere"},
    Row{"a set that was said gives way",         "ask",   "start", {"ask in start"},                 "ask anywhere"},
    Row{"all said: the most specific one again", "ask",   "start",
        {"ask in start", "ask anywhere", "anything in start", "anything anywhere"},                  "ask in start"}));
}  // namespace
}  // namespace rondo::scenario
