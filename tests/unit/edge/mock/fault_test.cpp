#include "edge/mock/fault.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace rondo::mock {
namespace {
struct Row {
    const char* claim;
    const char* model;
    Fault fault;
    std::int64_t number;
};

class ChooseFault : public testing::TestWithParam<Row> {};
TEST_P(ChooseFault, ByModel) {
    const auto chosen = choose_fault(GetParam().model);
    ASSERT_TRUE(chosen) << GetParam().claim;
    EXPECT_EQ(chosen->fault, GetParam().fault) << GetParam().claim;
    EXPECT_EQ(chosen->number, GetParam().number) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Mock, ChooseFault, testing::Values(
    Row{"a name alone has its own number",        "stall",              Fault::stall,      5},
    Row{"a number follows an @",                  "stall@12",           Fault::stall,      12},
    Row{"zero is a number",                       "cut@0",              Fault::cut,        0},
    Row{"flaky-2 is flaky@2",                     "flaky-2",            Fault::flaky,      2},
    Row{"flaky@2 is flaky@2",                     "flaky@2",            Fault::flaky,      2},
    Row{"a long name is not its beginning",       "rate-limit-bare",    Fault::rate_limit_bare, 0},
    Row{"a number too large is cut",              "stall@99999999",     Fault::stall,      1'000'000},
    Row{"a real model's name works",              "claude-sonnet-4-5",  Fault::ok,         0},
    Row{"an unknown name works",                  "anything",           Fault::ok,         0}));

TEST(ChooseFault, RefusesSlips) {
    for (const auto* slip : {"stal@5", "stall@", "stall@five", "stall@-1", "ok@1", "anything@1"}) {
        const auto chosen = choose_fault(slip);
        EXPECT_FALSE(chosen) << slip;
        if (!chosen) EXPECT_EQ(chosen.error().code, Code::not_found) << slip;
    }
}

TEST(Faults, HaveNamesOfTheirOwnAndAreDocumented) {
    std::ifstream in{RONDO_SOURCE_DIR "/docs/mock-provider.md"};
    const std::string manual{std::istreambuf_iterator<char>{in}, {}};
    std::set<std::string_view> names;
    for (const FaultInfo& fault : faults()) {
        EXPECT_TRUE(names.insert(fault.name).second) << fault.name;
        EXPECT_EQ(&info(fault.fault), &fault) << fault.name;
        EXPECT_TRUE(manual.contains("| `" + std::string{fault.name} + (fault.argument.empty() ? "` |" : "@"))) << fault.name;
    }
    EXPECT_GE(names.size(), 28U);
}
}  // namespace
}  // namespace rondo::mock
