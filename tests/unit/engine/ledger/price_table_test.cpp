#include "engine/ledger/price_table.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace rondo::ledger {
namespace {
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

struct Row {
    const char* claim;
    const char* model;
    Usage usage;
    std::int64_t micros;
};

class Costs : public testing::TestWithParam<Row> {};
TEST_P(Costs, AreExact) {
    PriceTable table;
    table.set("cheap", {.per_million_input = Money{500'000},
                        .per_million_output = Money{499'999},
                        .per_million_cache_write = {},
                        .per_million_cache_read = {}});
    table.set("dear", {Money{kMax}, Money{kMax}, Money{kMax}, Money{kMax}});
    EXPECT_EQ(table.cost(GetParam().model, GetParam().usage).micros, GetParam().micros) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Ledger, Costs, testing::Values(
    Row{"a million of input is 3.00",         "default",   {.input = {1'000'000}, .output = {}, .cache_write = {}, .cache_read = {}}, 3'000'000},
    Row{"a million of output is 15.00",       "default",   {.input = {}, .output = {1'000'000}, .cache_write = {}, .cache_read = {}}, 15'000'000},
    Row{"a million written to cache is 3.75", "default",   {.input = {}, .output = {}, .cache_write = {1'000'000}, .cache_read = {}}, 3'750'000},
    Row{"a million read from cache is 0.30",  "default",   {.input = {}, .output = {}, .cache_write = {}, .cache_read = {1'000'000}}, 300'000},
    Row{"an unknown model costs the default", "brand-new", {.input = {1}, .output = {1}, .cache_write = {}, .cache_read = {}},        18},
    Row{"the rehearsal model is free",        "rehearsal", {.input = {9'999}, .output = {9'999}, .cache_write = {9}, .cache_read = {9}}, 0},
    Row{"nothing used costs nothing",         "default",   {},                                                                       0},
    Row{"half a micro-unit is rounded up",    "cheap",     {.input = {1}, .output = {}, .cache_write = {}, .cache_read = {}},         1},
    Row{"a little less is rounded down",      "cheap",     {.input = {}, .output = {1}, .cache_write = {}, .cache_read = {}},         0},
    Row{"kinds are added before rounding",    "cheap",     {.input = {1}, .output = {1}, .cache_write = {}, .cache_read = {}},        1},
    Row{"3.75 + 0.30 rounds once to 4",       "default",   {.input = {}, .output = {}, .cache_write = {1}, .cache_read = {1}},        4},
    Row{"the largest product still fits",     "dear",      {.input = {1'000'000}, .output = {}, .cache_write = {}, .cache_read = {}}, kMax},
    Row{"a sum past the largest stops there", "dear",      {.input = {kMax}, .output = {kMax}, .cache_write = {kMax}, .cache_read = {kMax}}, kMax}));

TEST(PriceTable, DefaultCanBeReplaced) {
    PriceTable table;
    table.set("default", {});
    EXPECT_EQ(table.cost("brand-new", {.input = {1'000'000}, .output = {}, .cache_write = {}, .cache_read = {}}), Money{0});
    EXPECT_EQ(table.price("brand-new"), Price{});
}

TEST(Usage, AddsEachKindOnItsOwn) {
    const Usage a{{1}, {2}, {3}, {4}}, b{{10}, {20}, {30}, {40}};
    EXPECT_EQ(a + b, (Usage{{11}, {22}, {33}, {44}}));
    EXPECT_EQ((a + b).total(), Tokens{110});
}
}  // namespace
}  // namespace rondo::ledger
