#include "spread.hpp"

#include <gtest/gtest.h>

namespace rondo::bench {
namespace {
struct Row {
    const char* claim;
    std::vector<double> values;
    double median, iqr;
};

class SpreadTest : public testing::TestWithParam<Row> {};

TEST_P(SpreadTest, MedianAndMiddleHalf) {
    const auto found = spread(GetParam().values);
    EXPECT_DOUBLE_EQ(found.median, GetParam().median) << GetParam().claim;
    EXPECT_DOUBLE_EQ(found.iqr, GetParam().iqr) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Bench, SpreadTest, testing::Values(
    Row{"nothing is zero",                                {},                    0,   0},
    Row{"one value is its own median",                    {7},                   7,   0},
    Row{"of two, the middle between them",                {3, 1},                2,   1},
    Row{"order does not matter",                          {5, 1, 4, 2, 3},       3,   2},
    Row{"one wild value moves neither",                   {1, 2, 3, 4, 1'000},   3,   2},
    Row{"differences may be negative",                    {-4, -2, 0},           -2,  2}));
}  // namespace
}  // namespace rondo::bench
