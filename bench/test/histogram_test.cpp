#include "histogram.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rondo::bench {
namespace {
using namespace std::chrono_literals;
using std::chrono::microseconds;

struct Row {
    const char* claim;
    std::vector<microseconds> values;
    double share;
    microseconds low, high;  ///< the quantile lies in between, both included
};

class HistogramTest : public testing::TestWithParam<Row> {};

TEST_P(HistogramTest, Quantile) {
    const Row& row = GetParam();
    Histogram histogram;
    for (const auto value : row.values) histogram.add(value);
    EXPECT_GE(histogram.quantile(row.share), row.low) << row.claim;
    EXPECT_LE(histogram.quantile(row.share), row.high) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Bench, HistogramTest, testing::Values(
    Row{"nothing has no quantile but zero",           {},                        0.5,  0us,          0us},
    Row{"short times are exact",                      {127us},                   0.5,  127us,        127us},
    Row{"the median of three is the middle one",      {3us, 1us, 2us},           0.5,  2us,          2us},
    Row{"one in four passes the median of four",      {1us, 2us, 3us, 90us},     0.75, 3us,          3us},
    Row{"the last one is the top",                    {1us, 2us, 3us, 90us},     1.0,  90us,         90us},
    Row{"the first bucket past the exact ones",       {128us},                   0.5,  128us,        129us},
    Row{"a bucket is at most 1.6 % too high",         {1'000'000us},             0.5,  1'000'000us,  1'016'000us},
    Row{"an hour fits",                               {3'600'000'000us},         0.5,  3'600'000'000us, 3'657'600'000us},
    Row{"what is too long is as long as can be told", {microseconds::max()},     0.5,  68'719'476'735us, 68'719'476'735us},
    Row{"a clock that went back took no time",        {-5us},                    0.5,  0us,          0us}));
}  // namespace
}  // namespace rondo::bench
