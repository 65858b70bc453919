#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rondo {
namespace {
struct Row {
    const char* claim;
    std::string text;
    bool valid;
};

class ValidId : public testing::TestWithParam<Row> {};
TEST_P(ValidId, Accepts) { EXPECT_EQ(valid_id(GetParam().text), GetParam().valid) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Ids, ValidId, testing::Values(
    Row{"a founding example",            "session_123",          true},
    Row{"every allowed mark",            "a.b_c:d-e",            true},
    Row{"128 bytes",                     std::string(128, 'a'),  true},
    Row{"129 bytes",                     std::string(129, 'a'),  false},
    Row{"nothing",                       "",                     false},
    Row{"a path separator",              "../etc",               false},
    Row{"a control character",           std::string("a\nb"),    false},
    Row{"not ASCII",                     "会话",                  false}));

TEST(NewId, SortsByTimeAndDoesNotRepeat) {
    ManualClock clock;
    Rng rng{7};
    std::set<std::string> seen;
    std::string last;
    for (int i = 0; i < 1000; ++i) {
        clock.advance(std::chrono::milliseconds{1});
        const std::string id = new_id("s_", rng);
        EXPECT_TRUE(valid_id(id));
        EXPECT_EQ(id.size(), 28U);
        EXPECT_LT(last, id);
        EXPECT_TRUE(seen.insert(id).second);
        last = id;
    }
}

TEST(Clock, WritesIso8601) {
    const WallTime time{std::chrono::sys_days{std::chrono::year{2026} / 2 / 3} + std::chrono::milliseconds{3'723'045}};
    EXPECT_EQ(iso8601(time), "2026-02-03T01:02:03.045Z");
}

TEST(Rng, IsAFunctionOfItsSeed) {
    Rng a{1}, b{1}, c{2};
    EXPECT_EQ(a.next(), b.next());
    EXPECT_NE(a.next(), c.next());
    for (int i = 0; i < 1000; ++i) {
        EXPECT_LT(a.below(10), 10U);
        const double u = a.uniform();
        EXPECT_TRUE(u >= 0 && u < 1);
    }
}
}  // namespace
}  // namespace rondo
