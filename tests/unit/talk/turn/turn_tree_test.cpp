#include "talk/turn/turn_tree.hpp"

#include <gtest/gtest.h>

namespace rondo::turn {
namespace {
using Numbers = std::vector<std::int64_t>;

//  0 ─ 1 ─ 2 ─ 3
//      │   └── 5
//      └─ 4 ─ 6
const TurnTree& tree() {
    static const TurnTree whole{{{6, 4}, {1, 0}, {2, 1}, {3, 2}, {4, 1}, {5, 2}}};
    return whole;
}

struct Row {
    const char* claim;
    std::int64_t number;
    Numbers path;
    std::int64_t newest_below;
};

class TurnTreeTest : public testing::TestWithParam<Row> {};
TEST_P(TurnTreeTest, Walks) {
    EXPECT_EQ(tree().path(GetParam().number), GetParam().path) << GetParam().claim;
    EXPECT_EQ(tree().newest_below(GetParam().number), GetParam().newest_below) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(TurnTree, TurnTreeTest, testing::Values(
    Row{"the beginning",                      0, {},        6},
    Row{"the first turn",                     1, {1},       6},
    Row{"the newer of two children is taken", 2, {1, 2},    5},
    Row{"a leaf is its own end",              3, {1, 2, 3}, 3},
    Row{"an inner turn of a younger branch",  4, {1, 4},    6},
    Row{"a number it does not have",          9, {},        9}));

TEST(TurnTree, KnowsNeighbours) {
    EXPECT_EQ(tree().newest(), 6);
    EXPECT_EQ(tree().children(1), (Numbers{2, 4}));
    EXPECT_EQ(tree().children(6), Numbers{});
    EXPECT_EQ(tree().siblings(4), (Numbers{2, 4}));
    EXPECT_EQ(tree().siblings(1), Numbers{1});
    EXPECT_EQ(TurnTree{{}}.newest(), 0);
}

TEST(TurnTree, AnEdgeThatDoesNotGoForwardIsLeftOut) {
    const TurnTree damaged{{{1, 0}, {2, 2}, {3, 4}, {4, 1}, {5, -1}}};
    EXPECT_FALSE(damaged.has(2));
    EXPECT_FALSE(damaged.has(3)) << "it would come before the turn it follows";
    EXPECT_FALSE(damaged.has(5));
    EXPECT_EQ(damaged.path(4), (Numbers{1, 4}));
}
}  // namespace
}  // namespace rondo::turn
