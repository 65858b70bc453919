#include "row.hpp"

#include <gtest/gtest.h>

namespace rondo::bench {
namespace {
const Row kGood{.mode = "sse",
                .c = 16,
                .durable = true,
                .turns_per_s = 3'000'000.25,
                .cpu_us_per_turn = 140.04,
                .ttft_p50_us = 900,
                .ttft_p99_us = 5'000,
                .commit_groups = 800,
                .fdatasyncs = 900,
                .fdatasync_p50_us = 0,
                .bytes_per_turn = 20'480.4,
                .rss_kib = 30'000};

TEST(Row, IsPrintedWithTheAgreedFieldsInTheirOrder) {
    EXPECT_EQ(to_json(kGood),
              R"({"bench":"turn","mode":"sse","c":16,"durable":true,"turns_per_s":3000000.3,"cpu_us_per_turn":140,"ttft_p50_us":900,)"
              R"("ttft_p99_us":5000,"commit_groups":800,"fdatasyncs":900,"fdatasync_p50_us":0,"bytes_per_turn":20480,"rss_kib":30000})");
}

TEST(Row, StandsUnderItsColumns) { EXPECT_EQ(to_text(kGood).size(), table_head().size()); }

struct Change {
    const char* claim;
    const char* from;
    const char* to;
    const char* path;  ///< of the only fault; null: none
};

class RowCheckTest : public testing::TestWithParam<Change> {};

TEST_P(RowCheckTest, NamesWhatIsWrong) {
    const Change& change = GetParam();
    std::string line = to_json(kGood);
    const auto at = line.find(change.from);
    ASSERT_NE(at, std::string::npos) << change.claim;
    line.replace(at, std::string_view{change.from}.size(), change.to);
    const auto faults = check(line);
    ASSERT_EQ(faults.size(), change.path ? 1U : 0U) << change.claim;
    if (change.path) EXPECT_EQ(faults[0].path, change.path) << change.claim;
}

INSTANTIATE_TEST_SUITE_P(Bench, RowCheckTest, testing::Values(
    Change{"our own line is right",             "",                      "",                  nullptr},
    Change{"a sync may take no time",           "\"fdatasync_p50_us\":0", "\"fdatasync_p50_us\":0", nullptr},
    Change{"a missing field",                   "\"c\":16,",             "",                  "/c"},
    Change{"a field too many",                  "\"c\":16,",             "\"c\":16,\"d\":1,", "/d"},
    Change{"another mode",                      "\"sse\"",               "\"ws\"",            "/mode"},
    Change{"turns that waited for nothing",     "true",                  "false",             "/durable"},
    Change{"no turn in a second",               "3000000.3",             "0",                 "/turns_per_s"},
    Change{"a turn that cost nothing",          ":140",                  ":0",                "/cpu_us_per_turn"},
    Change{"acknowledged without a sync",       "\"fdatasyncs\":900",    "\"fdatasyncs\":0",  "/fdatasyncs"},
    Change{"no line at all",                    "{",                     "",                  ""}));
}  // namespace
}  // namespace rondo::bench
