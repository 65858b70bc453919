#include "talk/scenario/prompt.hpp"

#include "pack_fixture.hpp"

#include <gmock/gmock.h>

namespace rondo::scenario {
namespace {
using testing::HasSubstr;
using testing::Not;

struct Row {
    const char* claim;
    const char* from;  ///< replaced in the sound pack
    const char* to;
    const char* told;  ///< stands in the prompt then
};
class PersonaPrompt : public testing::TestWithParam<Row> {};
TEST_P(PersonaPrompt, Tells) {
    const Row& row = GetParam();
    const PackFolder folder;
    folder.spoil(row.from, row.to);
    EXPECT_THAT(*folder.load()->persona_prompt(), HasSubstr(row.told)) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Scenario, PersonaPrompt, testing::Values(
    Row{"who the persona is",             "role: tutor",        "role: tutor of tea",                       "You are Ada, tutor of tea.\n"},
    Row{"what made her so",               "role: tutor",        "role: tutor\n  background: She is fair.",  "\nShe is fair.\n"},
    Row{"the scene",                      "A pack for tests.",  "They talk of tea.",                        "They talk of tea.\n"},
    Row{"how the user is addressed",      "user_name: Sam",     "user_name: Kim",                           "address as Kim"},
    Row{"what was said first",            "Hello {user_name}",  "Welcome {user_name}",                      "\"Welcome Sam, I am Ada.\""},
    Row{"the persona's voice, rendered",  "So long.",           "Farewell {user_name}.",                    "- Farewell Sam.\n"},
    Row{"to a Chinese persona, Chinese",  "language: en",       "language: zh",                             "你是Ada，tutor。"}));

TEST(Prompts, LeaveOutLinesThatNeedThisTurnsText) {
    const PackFolder folder;
    EXPECT_THAT(*folder.load()->persona_prompt(), Not(HasSubstr("The book says")));
}

TEST(Prompts, QuoteEverySetOfLinesBeforeMoreOfOne) {
    const PackFolder folder;
    const auto pack = folder.load();
    EXPECT_LT(pack->persona_prompt()->find("- Leave your topic for now."), pack->persona_prompt()->find("- You again?"));
}

TEST(Prompts, OfAStageTellItsGoal) {
    const PackFolder folder;
    const auto pack = folder.load();
    EXPECT_THAT(*pack->stage_prompt("finish"), testing::AllOf(HasSubstr("\"Finish\""), HasSubstr("End.")));
    EXPECT_EQ(pack->stage_prompt("nowhere"), nullptr);
}

TEST(Prompts, TellTheNamesASessionGave) {
    EXPECT_EQ(name_prompt("en", "Bob", ""), "In this conversation your name is Bob.\n");
    EXPECT_EQ(name_prompt("zh", "", "经理"), "在这次对话里，你的身份是：经理。\n");
    EXPECT_EQ(name_prompt("en", "", ""), "");
}
}  // namespace
}  // namespace rondo::scenario
