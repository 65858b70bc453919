#include "talk/scenario/line_template.hpp"

#include <gtest/gtest.h>

namespace rondo::scenario {
namespace {
struct Row {
    const char* claim;
    const char* text;
    std::optional<std::string> rendered;
};

class LineTemplateTest : public testing::TestWithParam<Row> {};
TEST_P(LineTemplateTest, Renders) {
    const Row& row = GetParam();
    const auto line = LineTemplate::parse(row.text);
    ASSERT_EQ(line.has_value(), row.rendered.has_value()) << row.claim;
    if (line) EXPECT_EQ(line->render({{"a", "one"}, {"b", "{a}"}}), *row.rendered) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Lines, LineTemplateTest, testing::Values(
    Row{"a line without placeholders is itself",       "你好。",        "你好。"},
    Row{"a placeholder becomes its slot",              "x {a} y",      "x one y"},
    Row{"a slot's text is not read for placeholders",  "{b}{a}",       "{a}one"},
    Row{"a placeholder without slot is left out",      "[{c}]",        "[]"},
    Row{"doubled braces are literal",                  "{{a}} {{",     "{a} {"},
    Row{"an unclosed brace is refused",                "x {a",         std::nullopt},
    Row{"a stray closing brace is refused",            "x } y",        std::nullopt},
    Row{"an empty name is refused",                    "{}",           std::nullopt},
    Row{"a name with a capital is refused",            "{A}",          std::nullopt}));

TEST(LineTemplate, KnowsWhenItCanBeSaid) {
    const auto line = LineTemplate::parse("{a} and {b} and {a}").value();
    EXPECT_EQ(line.placeholders(), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(line.can_render({{"a", "x"}, {"b", "y"}}));
    EXPECT_FALSE(line.can_render({{"a", "x"}, {"b", ""}})) << "an empty slot counts as absent";
    EXPECT_FALSE(line.can_render({{"a", "x"}}));
}

TEST(LineTemplate, RecognisesItsEarlierRenderings) {
    const auto line = LineTemplate::parse("You said {echo}. Why is that so?").value();
    EXPECT_TRUE(line.said_in(line.render({{"echo", "anything"}})));
    EXPECT_FALSE(line.said_in("Why is that so? You said nothing."));
    EXPECT_FALSE(LineTemplate::parse("{a}").value().said_in("one")) << "a line of slots only leaves no trace";
}
}  // namespace
}  // namespace rondo::scenario
