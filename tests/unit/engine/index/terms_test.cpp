#include "engine/index/terms.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rondo::index {
namespace {
std::vector<Term> terms(std::string_view text) {
    std::vector<Term> out{{1, 1, Term::Kind::word}};  // what was there is replaced
    find_terms(text, out);
    return out;
}

/// One letter a term: w(ord), i(deograph), l(one ideograph), p(air).
std::string kinds(std::string_view text) {
    std::string out;
    for (const Term& term : terms(text)) out += "wilp"[static_cast<int>(term.kind)];
    return out;
}

struct Row {
    const char* claim;
    std::string text;
    std::string kinds;
};

class Terms : public testing::TestWithParam<Row> {};
TEST_P(Terms, Finds) { EXPECT_EQ(kinds(GetParam().text), GetParam().kinds) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Terms, Terms, testing::Values(
    Row{"nothing",                         "",               ""},
    Row{"marks and broken bytes",          "。!\xFF\xE4",     ""},
    Row{"words",                           "two words.",     "ww"},
    Row{"an ideograph alone",              "钱",             "l"},
    Row{"three ideographs, two pairs",     "多少钱",          "ipipi"},
    Row{"a mark parts a pair",             "你好，吗",         "ipil"},
    Row{"scripts part each other",         "A股B",           "wlw"}));

struct Same {
    const char* claim;
    std::string a, b;
    bool same;
};

class TermKeys : public testing::TestWithParam<Same> {};
TEST_P(TermKeys, Compare) {
    EXPECT_EQ(terms(GetParam().a).front().key == terms(GetParam().b).front().key, GetParam().same) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Terms, TermKeys, testing::Values(
    Same{"case and width",                     "ＰＲＩＣＥ",  "price",      true},
    Same{"a plural in s",                      "prices",    "price",      true},
    Same{"a plural in ies",                    "batteries", "battery",    true},
    Same{"but not every s is a plural",        "class",     "clas",       false},
    Same{"nor in us",                          "status",    "statu",      false},
    Same{"short words stay",                   "gas",       "ga",         false},
    Same{"an ideograph is the same anywhere",  "钱",        "钱多",        true},
    Same{"other ideographs are others",        "钱",        "多",          false},
    Same{"other words are others",             "price",     "priced",     false}));

TEST(Terms, RememberTheirPlace) {
    const auto found = terms("A 钱多");
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[0].offset, 0U);
    EXPECT_EQ(found[1].offset, 2U);
    EXPECT_EQ(found[2].offset, 2U);
    EXPECT_EQ(found[3].offset, 5U);
}
}  // namespace
}  // namespace rondo::index
