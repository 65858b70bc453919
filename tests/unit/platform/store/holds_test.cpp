#include "platform/store/holds.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace rondo::store {
namespace {
using Ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;

Ranges applied(Holds& holds, std::vector<Holds::Applied> rows) {
    Ranges ranges;
    for (const auto& range : holds.applied(rows)) ranges.emplace_back(range.first, range.last);
    return ranges;
}

TEST(Holds, RowsOfNobodyGoAsOneRange) {
    Holds holds;
    EXPECT_EQ(applied(holds, {{1, 10}, {2, 11}, {3, 10}}), (Ranges{{1, 3}}));
}

TEST(Holds, AHeldStreamKeepsItsRowsFromTheFirstOn) {
    Holds holds;
    holds.hold(10, 3);
    EXPECT_EQ(applied(holds, {{1, 10}, {2, 11}, {3, 10}, {4, 11}}), (Ranges{{1, 2}, {4, 4}}));
    EXPECT_FALSE(holds.anything_released());
}

TEST(Holds, ReleaseLetsGoWhatWasKept) {
    Holds holds;
    holds.hold(10, 0);
    EXPECT_EQ(applied(holds, {{1, 10}, {2, 10}}), Ranges{});
    holds.release(10);
    EXPECT_TRUE(holds.anything_released());
    EXPECT_EQ(applied(holds, {{3, 10}}), (Ranges{{1, 3}}));
    EXPECT_FALSE(holds.anything_released());
    EXPECT_EQ(applied(holds, {}), Ranges{}) << "a row goes once";
}

TEST(Holds, ASecondHoldReplacesTheFirst) {
    Holds holds;
    holds.hold(10, 0);
    EXPECT_EQ(applied(holds, {{1, 10}, {2, 10}, {3, 10}}), Ranges{});
    holds.hold(10, 3);
    EXPECT_EQ(applied(holds, {}), (Ranges{{1, 2}}));
    holds.release(10);
    EXPECT_EQ(applied(holds, {}), (Ranges{{3, 3}}));
}

TEST(Holds, ReleasingWhatIsNotHeldIsNothing) {
    Holds holds;
    holds.release(10);
    EXPECT_FALSE(holds.anything_released());
}
}  // namespace
}  // namespace rondo::store
