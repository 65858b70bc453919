#include "app/table.hpp"

#include <gtest/gtest.h>

namespace rondo::app {
namespace {
TEST(Table, NamesBeginOnTheLeftAndNumbersEndOnTheRight) {
    EXPECT_EQ(table({{"NAME", "CALLS", "COST"}, {"ada", "7", "100.00"}, {"somebody", "1200", "0.01"}}, 1),
              "NAME      CALLS    COST\n"
              "ada           7  100.00\n"
              "somebody   1200    0.01\n");
}

TEST(Table, ChineseIsTwiceAsWide) {
    EXPECT_EQ(display_width("ada"), 3U);
    EXPECT_EQ(display_width("价格a"), 5U);
    EXPECT_EQ(display_width("é€"), 2U);
    EXPECT_EQ(table({{"价格", "1"}, {"ada", "20"}}, 1), "价格   1\nada   20\n");
}

TEST(Table, ANameDoesNotMoveTheCursor) { EXPECT_EQ(table({{"a\x1b[2Jb\n", "1"}}, 1), "a?[2Jb?  1\n"); }

TEST(Table, TextThatBreaksOffIsNotReadBeyondItsEnd) { EXPECT_EQ(display_width("a\xE4\xBB"), 2U); }

TEST(Table, RowsMayBeShort) { EXPECT_EQ(table({{"a", "b", "c"}, {"d"}, {}}, 3), "a  b  c\nd\n\n"); }
}  // namespace
}  // namespace rondo::app
