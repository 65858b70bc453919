#include "engine/llm/rescue.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rondo::llm {
namespace {
struct Way {
    const char* claim;
    Sent sent;
    bool can_prefill;
    Rescue way;
};

class RescueWay : public testing::TestWithParam<Way> {};
TEST_P(RescueWay, IsChosen) {
    EXPECT_STREQ(name(rescue_for(GetParam().sent, GetParam().can_prefill)), name(GetParam().way)) << GetParam().claim;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Llm, RescueWay, testing::Values(
    Way{"nothing was sent: begin anew",                  {},               true,  Rescue::restart},
    Way{"who can continue continues",                    {"Hel"},          true,  Rescue::prefill},
    Way{"who cannot leaves out what was sent",           {"Hel"},          false, Rescue::skip},
    Way{"white space alone is no prefill",               {" \n"},          true,  Rescue::skip},
    Way{"a tool call is never repeated",                 {"", true},       true,  Rescue::none},
    Way{"nor what came with it",                         {"Hel", true},    false, Rescue::none}));
// clang-format on

struct Row {
    const char* claim;
    Rescue way;
    const char* sent;
    std::vector<std::string> pieces;  ///< of the new attempt
    const char* passed;               ///< with ^ for a seam
    bool complete;
};

class SpliceTable : public testing::TestWithParam<Row> {};
TEST_P(SpliceTable, Joins) {
    const Row& row = GetParam();
    Splice splice{row.way, {.text = row.sent}};
    std::string passed, text, heard = row.sent;
    for (const auto& piece : row.pieces) {
        text += piece;
        const auto delta = splice.feed({.text = piece});
        if (!delta) continue;
        passed += (passed.empty() ? "" : "|") + std::string{delta->seam ? "^" : ""} + delta->text;
        heard += delta->text;
    }
    EXPECT_EQ(passed, row.passed) << row.claim;
    EXPECT_EQ(splice.complete(), row.complete) << row.claim;
    if (row.complete) EXPECT_EQ(splice.whole(text), heard) << "the whole is what was heard: " << row.claim;
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Llm, SpliceTable, testing::Values(
    Row{"anew: everything passes, unmarked",              Rescue::restart, "",      {"He", "llo"},         "He|llo",       true},
    Row{"a continuation passes, its beginning marked",    Rescue::prefill, "Hel",   {"lo", " you"},        "^lo| you",     true},
    Row{"a space that was sent is not repeated",          Rescue::prefill, "He ",   {" is", " so"},        "^is| so",      true},
    Row{"a space that was sent need not come again",      Rescue::prefill, "He ",   {"is"},                "^is",          true},
    Row{"two lines that were sent, one that comes",       Rescue::prefill, "A\n\n", {"\n", "B"},           "^B",           true},
    Row{"a continuation that says nothing is complete",   Rescue::prefill, "Hel",   {},                    "",             true},
    Row{"what was sent is left out",                      Rescue::skip,    "Hel",   {"Hello"},             "^lo",          true},
    Row{"however it is cut",                              Rescue::skip,    "Hello", {"H", "el", "lo you"}, "^ you",        true},
    Row{"and nothing more is nothing more",               Rescue::skip,    "Hello", {"Hel", "lo"},         "",             true},
    Row{"another beginning cannot be joined",             Rescue::skip,    "Hello", {"Hi"},                "",             false},
    Row{"nor another middle",                             Rescue::skip,    "Hello", {"Hel", "met"},        "",             false},
    Row{"nor less than was sent",                         Rescue::skip,    "Hello", {"Hel"},               "",             false},
    Row{"Chinese is compared by bytes and joined whole",  Rescue::skip,    "你好",  {"你", "好，", "请坐"}, "^，|请坐",     true}));
// clang-format on

TEST(Splice, AToolCallBeforeWhatWasSentCannotBeJoined) {
    Splice splice{Rescue::skip, {.text = "Hello"}};
    EXPECT_FALSE(splice.feed({.tool_call = ToolCallDelta{0, "call_1", "look_up", "{}"}}));
    EXPECT_TRUE(splice.diverged());
}

TEST(Splice, AToolCallAfterItPassesWithTheSeam) {
    Splice splice{Rescue::skip, {.text = "Hello"}};
    EXPECT_FALSE(splice.feed({.text = "Hello"}));
    const auto call = splice.feed({.tool_call = ToolCallDelta{0, "call_1", "look_up", "{}"}});
    ASSERT_TRUE(call);
    EXPECT_TRUE(call->seam);
}

TEST(Splice, ContinuesACallersOwnPrefill) {
    const Splice splice{Rescue::prefill, {.text = "b c "}};
    EXPECT_EQ(splice.request({.model = "", .prefill = "a "}).prefill, "a b c");
}
}  // namespace
}  // namespace rondo::llm
