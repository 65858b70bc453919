#include "talk/scenario/compliance.hpp"

#include <gtest/gtest.h>

namespace rondo::scenario {
namespace {
Compliance example() {
    Compliance compliance;
    compliance.add({.id = "absolute", .risk = Risk::medium, .phrases = Phrases{{"best"}, {"best regards"}}, .message = "m"});
    compliance.add({.id = "promise", .risk = Risk::high, .on_answer = false, .phrases = Phrases{{"guaranteed"}}, .message = "m"});
    compliance.add({.id = "bribe", .risk = Risk::block, .phrases = Phrases{{"bribe"}}, .message = "m"});
    compliance.add({.id = "pushy", .risk = Risk::low, .phrases = Phrases{{"now or never"}}, .message = "m"});
    return compliance;
}

struct Row {
    const char* claim;
    const char* user;
    const char* answer;
    Risk risk;
    double score;
    std::size_t hits;
};

class ComplianceTest : public testing::TestWithParam<Row> {};
TEST_P(ComplianceTest, Judges) {
    const Row& row = GetParam();
    const auto report = example().check(row.user, row.answer);
    EXPECT_EQ(report.risk_level, row.risk) << row.claim;
    EXPECT_DOUBLE_EQ(report.score, row.score) << row.claim;
    EXPECT_EQ(report.hits.size(), row.hits) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Compliance, ComplianceTest, testing::Values(
    Row{"nothing said is no risk",                 "",                            "",            Risk::low,    0.0,  0},
    Row{"a low hit still has a score",             "now or never",                "",            Risk::low,    0.1,  1},
    Row{"the user's words count",                  "we are the best",             "",            Risk::medium, 0.4,  1},
    Row{"the answer's words count",                "",                            "the BEST.",   Risk::medium, 0.4,  1},
    Row{"a rule counts once for both",             "best",                        "best",        Risk::medium, 0.4,  1},
    Row{"an exception is no hit",                  "best regards",                "",            Risk::low,    0.0,  0},
    Row{"a rule for the user spares the answer",   "",                            "guaranteed",  Risk::low,    0.0,  0},
    Row{"the highest risk decides",                "best and guaranteed",         "",            Risk::high,   0.75, 2},
    Row{"a block is the whole score",              "a bribe for the best",        "",            Risk::block,  1.0,  2}));

TEST(Risk, NamesReadBack) {
    for (const Risk risk : {Risk::low, Risk::medium, Risk::high, Risk::block}) EXPECT_EQ(parse_risk(name(risk)), risk);
    EXPECT_EQ(parse_risk("block"), std::nullopt) << "upper case only";
}
}  // namespace
}  // namespace rondo::scenario
