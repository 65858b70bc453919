#include "trend.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rondo::bench {
namespace {
using namespace std::chrono_literals;

struct Line {
    const char* claim;
    std::vector<Point> points;
    double slope;
};

class SlopeTest : public testing::TestWithParam<Line> {};
TEST_P(SlopeTest, TheilSen) { EXPECT_NEAR(slope(GetParam().points), GetParam().slope, 1e-9) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Bench, SlopeTest, testing::Values(
    Line{"no points, no slope",                     {},                                    0},
    Line{"one point has none",                      {{1, 5}},                              0},
    Line{"all at one place: none that is finite",   {{1, 5}, {1, 9}},                      0},
    Line{"a straight line",                         {{0, 1}, {1, 3}, {2, 5}},              2},
    Line{"it falls",                                {{0, 3}, {3, 0}},                      -1},
    Line{"a bump in the middle does not tilt it",   {{0, 1}, {1, 7}, {2, 1}},              0},
    Line{"nor does an outlier at the end",          {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 99}}, 0},
    Line{"an even number of slopes: the middle",    {{0, 0}, {1, 0}, {2, 6}, {3, 6}},      2.5},
    Line{"far from zero",                           {{1e9, 1e9}, {1e9 + 1, 1e9 + 0.5}},    0.5}));

struct Look {
    std::chrono::milliseconds at;
    std::int64_t ahead, behind;
};

struct Walk {
    const char* claim;
    std::vector<Look> looks;
    std::chrono::milliseconds longest;
};

class LagProbeTest : public testing::TestWithParam<Walk> {};

TEST_P(LagProbeTest, Longest) {
    const Walk& walk = GetParam();
    LagProbe probe;
    for (const Look& look : walk.looks) probe.look(TimePoint{1h + look.at}, look.ahead, look.behind);
    const auto longest = probe.lags().quantile(1);
    EXPECT_GE(longest, walk.longest) << walk.claim;
    EXPECT_LE(longest, walk.longest * 1.02) << walk.claim << ": a bucket's width";
}

INSTANTIATE_TEST_SUITE_P(Bench, LagProbeTest, testing::Values(
    Walk{"nothing moved, nothing lags",                 {{0ms, 0, 0}, {5ms, 0, 0}},                             0ms},
    Walk{"what was there before the first look",        {{0ms, 9, 9}, {5ms, 9, 9}},                             0ms},
    Walk{"counted from the look before it was seen",    {{0ms, 0, 0}, {1ms, 5, 0}, {9ms, 5, 5}},                9ms},
    Walk{"a part of it is not enough",                  {{0ms, 0, 0}, {1ms, 5, 0}, {9ms, 5, 4}, {20ms, 5, 5}},  20ms},
    Walk{"each value has its own time",                 {{0ms, 0, 0}, {10ms, 5, 0}, {12ms, 8, 5}, {13ms, 8, 8}}, 12ms},
    Walk{"what never arrived is not told",              {{0ms, 0, 0}, {1ms, 5, 0}, {90ms, 5, 0}},               0ms}));
}  // namespace
}  // namespace rondo::bench
