#include "base/rng.hpp"
#include "base/trace.hpp"

#include <gtest/gtest.h>

namespace rondo {
namespace {
constexpr const char* kGood = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

struct Row {
    const char* claim;
    std::string header;
    bool accepted;
};

class Traceparent : public testing::TestWithParam<Row> {};
TEST_P(Traceparent, Parses) { EXPECT_EQ(parse_traceparent(GetParam().header).has_value(), GetParam().accepted) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Trace, Traceparent, testing::Values(
    Row{"the standard's example",           kGood,                                                       true},
    Row{"a later version may be longer",    "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", true},
    Row{"version 00 may not be longer",     std::string{kGood} + "-x",                                   false},
    Row{"version ff is forbidden",          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",   false},
    Row{"a zero trace id is forbidden",     "00-00000000000000000000000000000000-b7ad6b7169203331-01",   false},
    Row{"a zero span id is forbidden",      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",   false},
    Row{"upper case is forbidden",          "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",   false},
    Row{"too short",                        "00-0af7",                                                   false},
    Row{"empty",                            "",                                                          false}));

TEST(TraceContext, SurvivesTheRoundTrip) {
    EXPECT_EQ(parse_traceparent(kGood)->traceparent(), kGood);
    Rng rng{3};
    const auto fresh = new_trace(rng);
    ASSERT_TRUE(fresh.valid());
    EXPECT_EQ(parse_traceparent(fresh.traceparent())->trace_hex(), fresh.trace_hex());
}
}  // namespace
}  // namespace rondo
