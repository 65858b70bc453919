#include "base/text/labelled_texts.hpp"

#include "base/rng.hpp"

#include <gtest/gtest.h>

#include <string>

namespace rondo::text {
namespace {
struct Row {
    const char* claim;
    std::string bytes;
    std::vector<std::string> expected;  // text|label|line
};

class ReadLabelled : public testing::TestWithParam<Row> {};
TEST_P(ReadLabelled, Reads) {
    const auto rows = read_labelled_texts(GetParam().bytes);
    ASSERT_TRUE(rows) << GetParam().claim;
    std::vector<std::string> got;
    for (const auto& row : *rows) got.push_back(row.text + "|" + row.label + "|" + std::to_string(row.line));
    EXPECT_EQ(got, GetParam().expected) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(LabelledTexts, ReadLabelled, testing::Values(
    Row{"rows in order",                        "hello\tgreeting\n多少钱\t价格\n",      {"hello|greeting|1", "多少钱|价格|2"}},
    Row{"a last line without a line feed",      "hello\tgreeting",                   {"hello|greeting|1"}},
    Row{"a byte order mark is no text",         "\xEF\xBB\xBFhello\tgreeting\n",     {"hello|greeting|1"}},
    Row{"line ends of Windows",                 "a\tx\r\nb\ty\r\n",                  {"a|x|1", "b|y|2"}},
    Row{"spaces around text and label",         "  a b  \t  x y \n",                 {"a b|x y|1"}},
    Row{"blank lines count but are no rows",    "a\tx\n\n  \r\nb\ty\n\n",         {"a|x|1", "b|y|4"}},
    Row{"out of scope is a label like others",  "hm\toos\n",                         {"hm|oos|1"}}));

struct Bad {
    const char* claim;
    std::string bytes;
    Code code;
    std::vector<Fault> faults;
};

const LabelledTextLimits kSmall{.bytes = 200, .rows = 4, .text_bytes = 10, .label_bytes = 5, .labels = 2, .faults = 2};

class RefuseLabelled : public testing::TestWithParam<Bad> {};
TEST_P(RefuseLabelled, NamesEveryLine) {
    const auto rows = read_labelled_texts(GetParam().bytes, kSmall);
    ASSERT_FALSE(rows) << GetParam().claim;
    EXPECT_EQ(rows.error().code, GetParam().code) << GetParam().claim;
    EXPECT_EQ(rows.error().faults, GetParam().faults) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(LabelledTexts, RefuseLabelled, testing::Values(
    Bad{"nothing",                "",                          Code::invalid_argument, {}},
    Bad{"blank lines alone",      "\n\n",                      Code::invalid_argument, {}},
    Bad{"no tab",                 "a\tx\nhello\n",             Code::invalid_argument, {{"line 2", "has no tab; write text, tab, label"}}},
    Bad{"two tabs",               "a\tb\tx\n",                 Code::invalid_argument, {{"line 1", "has more than one tab; write text, tab, label"}}},
    Bad{"no text",                " \tx\n",                    Code::invalid_argument, {{"line 1", "has no text before the tab"}}},
    Bad{"no label",               "a\t\n",                     Code::invalid_argument,
        {{"line 1", "has no label after the tab; write oos for a text that has none"}}},
    Bad{"bytes that are no UTF-8", "a\xFF\tx\n",               Code::invalid_argument, {{"line 1", "is not UTF-8; convert the file"}}},
    Bad{"a NUL",                  std::string{"a\0b\tx\n", 6}, Code::invalid_argument, {{"line 1", "has a control character; remove it"}}},
    Bad{"a long text",            "12345678901\tx\n",          Code::invalid_argument, {{"line 1", "has a text of 11 bytes; at most 10"}}},
    Bad{"a long label",           "a\t123456\n",               Code::invalid_argument, {{"line 1", "has a label of 6 bytes; at most 5"}}},
    Bad{"every bad line, and how many more", "a\nb\nc\nd\tx\n", Code::invalid_argument,
        {{"line 1", "has no tab; write text, tab, label"}, {"line 2", "has no tab; write text, tab, label"}, {"file", "has 1 more faulty lines"}}},
    Bad{"a line too many",        "a\tx\na\tx\na\tx\na\tx\na\tx\n", Code::resource_exhausted, {}},
    Bad{"a label too many",       "a\tx\na\ty\na\tz\n",        Code::resource_exhausted, {}},
    Bad{"a byte too many",        std::string(201, 'a'),       Code::resource_exhausted, {}}));

TEST(LabelledTexts, OutOfScopeIsNoneOfTheLabels) { EXPECT_TRUE(read_labelled_texts("a\tx\nb\ty\nc\toos\n", kSmall)); }

TEST(LabelledTexts, TakesAnyBytes) {
    Rng rng{5};
    for (int round = 0; round < 5'000; ++round) {
        std::string bytes = "hello\tgreeting\n多少钱\tprice\n";
        for (std::uint64_t n = rng.below(6); n > 0; --n) bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
        const auto rows = read_labelled_texts(bytes, kSmall);
        if (!rows) continue;
        for (const auto& row : *rows) EXPECT_FALSE(row.text.empty() || row.label.empty());
    }
}
}  // namespace
}  // namespace rondo::text
