#include "figures.hpp"

#include <gtest/gtest.h>

namespace rondo::bench {
namespace {
const std::vector<Figure> kFigures{{"sessions", 3'000'000}, {"ready_ms", 41.27, 1}};

TEST(Figures, ArePrintedInTheirOrderAndWithoutExponents) {
    EXPECT_EQ(to_json("startup", kFigures), R"({"bench":"startup","sessions":3000000,"ready_ms":41.3})");
}

TEST(Figures, StandUnderEachOther) { EXPECT_EQ(to_text(kFigures), "sessions       3000000\nready_ms          41.3\n"); }

struct Row {
    const char* claim;
    const char* line;
    const char* path;  ///< of the only fault; null: none
};

class FiguresCheckTest : public testing::TestWithParam<Row> {};

TEST_P(FiguresCheckTest, NamesWhatIsWrong) {
    const Row& row = GetParam();
    const auto faults = check(row.line, "startup", kFigures);
    ASSERT_EQ(faults.size(), row.path ? 1U : 0U) << row.claim;
    if (row.path) EXPECT_EQ(faults[0].path, row.path) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Bench, FiguresCheckTest, testing::Values(
    Row{"our own line is right",      R"({"bench":"startup","sessions":3000000,"ready_ms":41.3})",         nullptr},
    Row{"a missing field",            R"({"bench":"startup","ready_ms":41.3})",                            "/sessions"},
    Row{"a field too many",           R"({"bench":"startup","sessions":3,"ready_ms":41.3,"x":1})",         "/x"},
    Row{"another bench",              R"({"bench":"soak","sessions":3,"ready_ms":41.3})",                  "/bench"},
    Row{"not a number",               R"({"bench":"startup","sessions":3,"ready_ms":nan})",                ""},
    Row{"no line at all",             "",                                                                  ""}));
}  // namespace
}  // namespace rondo::bench
