#include "platform/store/fences.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace rondo::store {
namespace {
using Raised = std::vector<std::pair<std::int64_t, std::int64_t>>;  // key, counter; generation 5

struct Row {
    const char* claim;
    Raised raised;
    std::int64_t key, generation, counter;
    bool admitted;
};
class FencesTest : public testing::TestWithParam<Row> {};

TEST_P(FencesTest, Admits) {
    const Row& row = GetParam();
    Fences fences{5, 2};  // lets keys go after two others
    for (const auto& [key, counter] : row.raised) fences.raise(key, make_token(5, counter));
    EXPECT_EQ(fences.admits(row.key, make_token(row.generation, row.counter)), row.admitted) << row.claim;
    EXPECT_LE(fences.size(), 4U) << "bounded";
}

INSTANTIATE_TEST_SUITE_P(Fences, FencesTest, testing::Values(
    Row{"the first token of a key is welcome",                {},                       1, 5, 1, true},
    Row{"a holder writes again",                              {{1, 7}},                 1, 5, 7, true},
    Row{"a later holder takes over",                          {{1, 7}},                 1, 5, 8, true},
    Row{"the one before is stale",                            {{1, 7}},                 1, 5, 6, false},
    Row{"another key does not matter",                        {{1, 7}},                 2, 5, 6, true},
    Row{"a token of an earlier process is stale",             {},                       1, 4, 9, false},
    Row{"even for a key that it would beat by its counter",   {{1, 7}},                 1, 4, 9, false},
    Row{"a token of the future is not ours",                  {},                       1, 6, 1, false},
    Row{"stale in the old half",                              {{1, 7}, {2, 8}, {3, 9}}, 1, 5, 6, false},
    Row{"a holder in the old half writes on",                 {{1, 7}, {2, 8}, {3, 9}}, 1, 5, 7, true},
    Row{"stale after its key was let go",     {{1, 7}, {2, 8}, {3, 9}, {4, 10}, {5, 11}, {6, 12}}, 1, 5, 6, false},
    Row{"a new token after its key was let go", {{1, 7}, {2, 8}, {3, 9}, {4, 10}, {5, 11}, {6, 12}}, 1, 5, 13, true}));

TEST(Fences, TokensGrowWithTheCounterAndTheGeneration) {
    EXPECT_LT(make_token(1, 1), make_token(1, 2));
    constexpr std::int64_t kLast = (std::int64_t{1} << kCounterBits) - 1;
    EXPECT_LT(make_token(1, kLast), make_token(2, 0));
    EXPECT_EQ(generation_of(make_token(7, kLast)), 7);
}
}  // namespace
}  // namespace rondo::store
