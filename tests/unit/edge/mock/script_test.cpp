#include "edge/mock/script.hpp"

#include <gtest/gtest.h>

namespace rondo::mock {
namespace {
struct Row {
    const char* claim;
    const char* message;
    const char* answer;  ///< null: none
};

constexpr const char* kLines = R"({"match": "price", "answer": "Ten."}

{"match": "价格", "answer": "十块。"}
{"match": "PRICE LIST", "answer": "never reached"}
)";

class ScriptTest : public testing::TestWithParam<Row> {};
TEST_P(ScriptTest, FindsTheFirstLine) {
    const auto script = Script::parse(kLines);
    ASSERT_TRUE(script);
    const auto* answer = script->find(GetParam().message);
    ASSERT_EQ(answer != nullptr, GetParam().answer != nullptr) << GetParam().claim;
    if (answer) EXPECT_EQ(*answer, GetParam().answer) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Mock, ScriptTest, testing::Values(
    Row{"the words may stand anywhere",       "what is the price of it?", "Ten."},
    Row{"case does not matter",               "PRICE",                    "Ten."},
    Row{"the first of several matches wins",  "the price list, please",   "Ten."},
    Row{"Chinese matches, too",               "请问价格是多少",           "十块。"},
    Row{"other messages have no line",        "hello",                    nullptr}));

TEST(ScriptTest, ReadsAnArray) {
    const auto script = Script::parse(R"( [{"match": "", "answer": "yes"}])");
    ASSERT_TRUE(script);
    ASSERT_NE(script->find("anything"), nullptr);
    EXPECT_EQ(*script->find("anything"), "yes");
}

TEST(ScriptTest, NamesEveryFault) {
    const auto script = Script::parse("{\"match\": \"a\"}\n[]\n{\"match\": 1, \"answer\": \"b\", \"more\": 2}\n{");
    ASSERT_FALSE(script);
    EXPECT_EQ(script.error().code, Code::invalid_argument);
    EXPECT_EQ(script.error().faults.size(), 5U);
}
}  // namespace
}  // namespace rondo::mock
