#include "talk/scenario/review.hpp"

#include "pack_fixture.hpp"

#include <gmock/gmock.h>

namespace rondo::scenario {
namespace {
Review review_of(const PackFolder& folder) { return review(*folder.load()).value(); }

std::string warnings_of(const Review& review) {
    std::string out;
    for (const Fault& warning : review.warnings) out += warning.path + " " + warning.message + "\n";
    return out;
}

struct Row {
    const char* claim;
    const char* from;  ///< replaced in the sound pack
    const char* to;
    const char* path;
    const char* message;
};
class ReviewWarns : public testing::TestWithParam<Row> {};
TEST_P(ReviewWarns, AboutWhatAnAuthorShouldSee) {
    const Row& row = GetParam();
    const PackFolder folder;
    folder.spoil(row.from, row.to);
    std::vector<std::string> found;
    for (const Fault& warning : review_of(folder).warnings) found.push_back(warning.path + " " + warning.message);
    EXPECT_THAT(found, testing::Contains(testing::AllOf(testing::StartsWith(std::string{row.path} + " "), testing::HasSubstr(row.message))))
        << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Review, ReviewWarns, testing::Values(
    Row{"few examples",                          "title: Tiny",                  "title: Tiny",                        "scenario.yaml:26",      "hello has 3 examples; give 8 or more"},
    Row{"an intent whose lines run out",         "\"Go on.\", \"You said {echo}.\", \"Indeed.\"", "\"Go on.\"",      "scenario.yaml:29",      "bye in the stage start has 3 lines to say and then repeats; write 4 or more"},
    Row{"a line that breaks the pack's own rule", "\"You again?\"",              "\"Any bribe for me?\"",              "scenario.yaml:26",      "the persona itself says something of risk BLOCK (rule bribe)"},
    Row{"an example message nobody understands", "example_messages: [hello]",    "example_messages: [zebra quantum]",  "scenario.yaml:1",       "\"zebra quantum\" is not recognised"}));

TEST(Review, SaysNothingBadOfAPackWithoutWeaknesses) {
    const PackFolder folder;
    folder.spoil("[hello, hi there, good morning]",
                 "[hello, hi there, good morning, hello there, hi and good morning, good morning there, oh hello, well hi there]");
    folder.spoil("[goodbye, see you later, farewell now]",
                 "[goodbye, see you later, farewell now, goodbye now, see you, farewell and goodbye, later goodbye, farewell later]");
    folder.spoil("\"Indeed.\"", "\"Indeed.\", \"And then?\", \"I see.\"");
    const Review review = review_of(folder);
    EXPECT_EQ(warnings_of(review), "");
    ASSERT_EQ(review.separation.intents.size(), 2U);
    EXPECT_EQ(review.separation.examples(), 16);
}

TEST(Review, FindsAStageInMidListThatNothingLeaves) {
    const PackFolder folder;
    folder.spoil("      finish: [bye]\n", "      middle: [hello]\n      finish: [bye]\n  - name: middle\n    title: M\n    goal: M.\n");
    folder.spoil("    finish: [Sum up.]", "    middle: [Go on.]\n    finish: [Sum up.]");
    EXPECT_THAT(warnings_of(review_of(folder)), testing::HasSubstr("scenario.yaml:23 no intent leads on from the stage middle"));
}

TEST(Review, MissesTranscriptsAndStagesTheyDoNotReach) {
    const PackFolder folder;
    folder.write("transcripts/short.txt", "hello\nhello\n");
    EXPECT_THAT(warnings_of(review_of(folder)), testing::HasSubstr("scenario.yaml:22 no transcript reaches the stage finish"));
    folder.remove("transcripts");
    EXPECT_THAT(warnings_of(review_of(folder)), testing::HasSubstr("transcripts no transcript"));
}

TEST(Review, PointsAtTranscriptTurnsThatAreNotRecognisedOrRepeat) {
    const PackFolder folder;
    folder.write("transcripts/odd.txt", "hello\nxylophone zebra\n" + std::string(9, ' ') + "\nhello\nhello\nhello\nhello\nhello\nhello\n");
    const std::string warnings = warnings_of(review_of(folder));
    EXPECT_THAT(warnings, testing::HasSubstr("transcripts/odd.txt turn 2 is not recognised: \"xylophone zebra\""));
    EXPECT_THAT(warnings, testing::HasSubstr("(hello, start) repeats an answer"));
}

TEST(Review, RefusesExamplesThatTeachNothingWithTheirPlace) {
    const PackFolder folder;
    folder.spoil("[goodbye, see you later, farewell now]", "[goodbye, see you later, \"!!!\"]");
    const auto refused = review(*folder.load());
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().faults.size(), 1U);
    EXPECT_EQ(refused.error().faults[0].path, "scenario.yaml:29");
    EXPECT_THAT(refused.error().faults[0].message, testing::HasSubstr("the example \"!!!\" of bye has neither letters"));
}

TEST(Separation, AccountsForEveryExampleOnce) {
    const PackFolder folder;
    const Separation separation = cross_validate(*folder.load()).value();
    for (const auto& row : separation.intents) {
        int confused = 0;
        for (const auto& confusion : row.confusions) confused += confusion.times;
        EXPECT_EQ(row.right + row.rejected + confused, row.examples) << row.intent;
    }
    EXPECT_EQ(separation.examples(), 6);
}

TEST(Separation, SeesThatTwoIntentsAreTheSame) {
    const PackFolder folder;
    folder.spoil("[hello, hi there, good morning]",
                 "[red green one, red green two, red green three, red green four, red green five, red green six]");
    folder.spoil("[goodbye, see you later, farewell now]",
                 "[red green a, red green b, red green c, red green d, red green e, red green f]");
    const Review review = review_of(folder);
    EXPECT_LT(review.separation.right(), 10);
    EXPECT_THAT(warnings_of(review), testing::HasSubstr("are recognised without having been learned"));
}
}  // namespace
}  // namespace rondo::scenario
