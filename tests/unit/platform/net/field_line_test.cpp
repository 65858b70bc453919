#include "platform/net/field_line.hpp"

#include <gtest/gtest.h>

namespace rondo::net {
namespace {
struct Pair {
    const char* claim;
    const char *a, *b;
    bool same;
};
class SameHost : public testing::TestWithParam<Pair> {};
TEST_P(SameHost, IsOneHostBothWays) {
    EXPECT_EQ(same_host(GetParam().a, GetParam().b), GetParam().same) << GetParam().claim;
    EXPECT_EQ(same_host(GetParam().b, GetParam().a), GetParam().same) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(FieldLine, SameHost, testing::Values(
    Pair{"the same",                         "h.example",      "h.example",      true},
    Pair{"in another case",                  "H.Example",      "h.example",      true},
    Pair{"the usual port need not be said",  "h:80",           "h",              true},
    Pair{"of either scheme",                 "h:443",          "h",              true},
    Pair{"another port",                     "h:81",           "h",              false},
    Pair{"two ports",                        "h:8080",         "h:8081",         false},
    Pair{"a longer name",                    "h.example.org",  "h.example",      false},
    Pair{"addresses",                        "[::1]:8080",     "[::1]:8080",     true},
    Pair{"an address and its usual port",    "[::1]",          "[::1]:80",       true},
    Pair{"other addresses",                  "[::1]",          "[::2]",          false}));

struct Line {
    const char* claim;
    std::string_view line;
    bool sound;
};
class Field : public testing::TestWithParam<Line> {};
TEST_P(Field, IsSoundOrHasAFault) { EXPECT_EQ(fault_of_field(GetParam().line) == nullptr, GetParam().sound) << GetParam().claim; }
INSTANTIATE_TEST_SUITE_P(FieldLine, Field, testing::Values(
    Line{"a usual one",              "Accept: */*",          true},
    Line{"no value",                 "Accept:",              true},
    Line{"a colon in the value",     "Accept: a:b",          true},
    Line{"a tab in the value",       "Accept: a\tb",         true},
    Line{"any other underscore",     "X_Y: z",               true},
    Line{"a disguised length",       "CONTENT_LENGTH: 3",    false},
    Line{"a half disguised coding",  "Transfer_encoding: x", false},
    Line{"nothing",                  "",                     false},
    Line{"a colon",                  ":",                    false}));
}  // namespace
}  // namespace rondo::net
