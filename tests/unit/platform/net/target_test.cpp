#include "platform/net/target.hpp"

#include <gtest/gtest.h>

namespace rondo::net {
namespace {
struct Good {
    const char* claim;
    std::string target, path, query;
};

class TargetAccepted : public testing::TestWithParam<Good> {};
TEST_P(TargetAccepted, Splits) {
    const auto target = parse_target(GetParam().target);
    ASSERT_TRUE(target) << GetParam().claim << ": " << target.error().message;
    EXPECT_EQ(target->path, GetParam().path) << GetParam().claim;
    EXPECT_EQ(target->query, GetParam().query) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Target, TargetAccepted, testing::Values(
    Good{"a plain path",                        "/api/v1/sessions",     "/api/v1/sessions", ""},
    Good{"the root",                            "/",                    "/",                ""},
    Good{"a query stays encoded",               "/a?b=%20c&d",          "/a",               "b=%20c&d"},
    Good{"a second ? belongs to the query",     "/a?b?c",               "/a",               "b?c"},
    Good{"escapes of a path are undone",        "/%E4%BC%9A/a%20b",     "/会/a b",          ""},
    Good{"a plus in a path is a plus",          "/a+b",                 "/a+b",             ""},
    Good{"what a proxy is sent",                "http://h:1/a?b",       "/a",               "b"},
    Good{"what a proxy is sent over TLS",       "https://[::1]/a",      "/a",               ""},
    Good{"a line break in a query is data",     "/a?b=%0A",             "/a",               "b=%0A"}));

struct Bad {
    const char* claim;
    std::string target;
};

class TargetRefused : public testing::TestWithParam<Bad> {};
TEST_P(TargetRefused, IsMalformed) {
    const auto target = parse_target(GetParam().target);
    ASSERT_FALSE(target) << GetParam().claim;
    EXPECT_EQ(target.error().reason, "MALFORMED_TARGET") << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Target, TargetRefused, testing::Values(
    Bad{"nothing",                               ""},
    Bad{"no leading slash",                      "a/b"},
    Bad{"the form of CONNECT",                   "example.org:443"},
    Bad{"the asterisk form",                     "*"},
    Bad{"an authority without a path",           "http://example.org"},
    Bad{"another scheme",                        "ftp://example.org/a"},
    Bad{"a user in the authority",               "http://u@example.org/a"},
    Bad{"two authorities",                       "http://a,b/a"},
    Bad{"an escaped NUL in the path",            "/a%00b"},
    Bad{"an escaped NUL in the query",           "/a?b=%00"},
    Bad{"an escape that is not hexadecimal",     "/a%zz"},
    Bad{"an escape cut off",                     "/a%2"},
    Bad{"an escape cut off at the end",          "/a%"},
    Bad{"a bad escape in the query",             "/a?b=%g1"},
    Bad{"an escaped slash moves segments",       "/a%2Fb"},
    Bad{"an escaped line break in the path",     "/a%0d%0ab"},
    Bad{"an escaped DEL in the path",            "/a%7f"},
    Bad{"a fragment",                            "/a#b"}));

struct Query {
    const char* claim;
    std::string query, key;
    std::optional<std::string> value;
};

class QueryValue : public testing::TestWithParam<Query> {};
TEST_P(QueryValue, IsFound) { EXPECT_EQ(find_query_value(GetParam().query, GetParam().key), GetParam().value) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Target, QueryValue, testing::Values(
    Query{"one of several",                     "a=1&limit=20&b=2", "limit", "20"},
    Query{"the first wins",                     "a=1&a=2",          "a",     "1"},
    Query{"plus and escapes are undone",        "q=a+b%26c",        "q",     "a b&c"},
    Query{"the key is decoded as well",         "a%62=1",           "ab",    "1"},
    Query{"a key without value is empty",       "a&b=1",            "a",     ""},
    Query{"a value may contain =",              "a=b=c",            "a",     "b=c"},
    Query{"absent",                             "a=1",              "b",     std::nullopt},
    Query{"no query",                           "",                 "a",     std::nullopt},
    Query{"empty pairs are skipped",            "&&a=1&",           "a",     "1"},
    Query{"a prefix of a key is not the key",   "limit=1",          "lim",   std::nullopt}));

TEST(Target, WhatIsEncodedDecodesToItself) {
    EXPECT_EQ(percent_encode("user:ada-1._~"), "user%3Aada-1._~");
    EXPECT_EQ(percent_encode("a b&c=\"<价>\""), "a%20b%26c%3D%22%3C%E4%BB%B7%3E%22");
    for (const std::string text : {"", "%", "a+b", "\x01\xff", "价格/100%"}) EXPECT_EQ(percent_decode(percent_encode(text), true), text);
}
}  // namespace
}  // namespace rondo::net
