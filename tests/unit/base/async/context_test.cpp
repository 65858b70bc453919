#include "base/async/context.hpp"

#include <gtest/gtest.h>

namespace rondo {
namespace {
using namespace std::chrono_literals;

struct Row {
    const char* claim;
    std::optional<Clock::duration> left;  ///< none: no deadline
    std::optional<Clock::duration> budget;
    int parts;  ///< of share(), when there is no budget
    std::optional<Clock::duration> expected;
};
class CallContextTest : public testing::TestWithParam<Row> {};
TEST_P(CallContextTest, ADeadlineIsOnlyEverShortened) {
    const ManualClock clock;
    const Row& row = GetParam();
    CallContext ctx;
    ctx.scope.user = UserId{"ada"};
    if (row.left) ctx.deadline = ctx.now() + *row.left;
    const auto shorter = row.budget ? ctx.within(*row.budget) : ctx.share(row.parts);
    if (row.expected) EXPECT_EQ(shorter.left(), *row.expected) << row.claim;
    else EXPECT_EQ(shorter.deadline, TimePoint::max()) << row.claim;
    EXPECT_EQ(shorter.scope, ctx.scope) << "everything else stays";
}
INSTANTIATE_TEST_SUITE_P(CallContext, CallContextTest, testing::Values(
    Row{"no deadline takes the budget",             {},    5ms, 0,  5ms},
    Row{"a budget below the time left shortens",    9ms,   5ms, 0,  5ms},
    Row{"a budget above the time left does nothing", 3ms,  5ms, 0,  3ms},
    Row{"the largest budget does not overflow",     {},    Clock::duration::max(), 0, {}},
    Row{"a passed deadline stays passed",           -4ms,  5ms, 0, -4ms},
    Row{"a third of the time left",                 9ms,   {},  3,  3ms},
    Row{"a third of no deadline is none",           {},    {},  3,  {}},
    Row{"a share of a passed deadline is no gift",  -9ms,  {},  3, -9ms}));

TEST(CallContext, EntersASpan) {
    TraceContext span;
    span.trace_id[0] = 1;
    CallContext ctx;
    ctx.deadline = TimePoint{} + 5ms;
    const auto inner = ctx.in_span(span);
    EXPECT_EQ(inner.trace.trace_id, span.trace_id);
    EXPECT_EQ(inner.deadline, ctx.deadline);
    EXPECT_FALSE(ctx.trace.valid());
}
}  // namespace
}  // namespace rondo
