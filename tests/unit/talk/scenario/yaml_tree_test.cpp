#include "talk/scenario/yaml_tree.hpp"

#include <gtest/gtest.h>

namespace rondo::scenario {
namespace {
struct Row {
    const char* claim;
    std::string text;
    std::string path;
    std::string message;
};

std::string bomb() {
    std::string text = "a: &a [x, x, x, x, x, x, x, x, x]\n";
    for (char c = 'b'; c <= 'j'; ++c) {
        const std::string former = std::string{"*"} + static_cast<char>(c - 1);
        text += std::string{c} + ": &" + c + " [" + former + ", " + former + ", " + former + "]\n";
    }
    return text;
}

std::string nested(int depth) {
    return "a: " + std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']') + "\n";
}

class RefusedYaml : public testing::TestWithParam<Row> {};
TEST_P(RefusedYaml, SaysWhere) {
    const Row& row = GetParam();
    const auto tree = parse_yaml(row.text, "f.yaml");
    ASSERT_FALSE(tree) << row.claim;
    EXPECT_EQ(tree.error().code, Code::invalid_argument);
    ASSERT_EQ(tree.error().faults.size(), 1U) << row.claim;
    EXPECT_EQ(tree.error().faults[0].path, row.path) << row.claim;
    EXPECT_NE(tree.error().faults[0].message.find(row.message), std::string::npos) << row.claim << ": " << tree.error().faults[0].message;
}

INSTANTIATE_TEST_SUITE_P(Yaml, RefusedYaml, testing::Values(
    Row{"nothing",                     "",                                        "f.yaml:1", "empty"},
    Row{"a comment only",              "# x\n",                                   "f.yaml:1", "empty"},
    Row{"a billion laughs",            bomb(),                                    "f.yaml:1", "anchors are not allowed"},
    Row{"an unknown alias",            "a: 1\nb: *a\n",                           "f.yaml:2", ""},
    Row{"an anchored scalar",          "a: 1\nb: &x 2\n",                         "f.yaml:2", "anchors"},
    Row{"an anchored key",             "&k a: 1\n",                               "f.yaml:1", "anchors"},
    Row{"a tag",                       "a: 1\nb: !!binary aGk=\n",                "f.yaml:2", "tag"},
    Row{"a second document",           "a: 1\n---\nb: 2\n",                       "f.yaml:3", "second document"},
    Row{"thirteen levels",             nested(12),                                "f.yaml:1", "nested deeper"},
    Row{"a thousand levels",           nested(1000),                              "f.yaml:1", ""},
    Row{"a list as a key",             "? [a]\n: 1\n",                            "f.yaml:1", "a key must be a word"},
    Row{"a broken bracket",            "a: 1\nb: [1, 2\nc: 3\n",                  "f.yaml:3", ""},
    Row{"a tab for indentation",       "a:\n\t- 1\n",                             "f.yaml:2", ""}));

TEST(Yaml, KeepsLinesAndOrder) {
    const auto tree = parse_yaml("b: one\na:\n  - x\n  - \"y\"\nc:\n", "f.yaml");
    ASSERT_TRUE(tree) << tree.error().faults[0].message;
    ASSERT_EQ(tree->keys.size(), 3U);
    EXPECT_EQ(tree->keys[0].text, "b");
    EXPECT_EQ(tree->keys[1].line, 2);
    EXPECT_EQ(tree->items[1].items[1].text, "y");
    EXPECT_EQ(tree->items[1].items[1].line, 4);
    EXPECT_EQ(tree->items[2].kind, YamlNode::Kind::null);
}

TEST(Yaml, CountsItsValues) {
    EXPECT_TRUE(parse_yaml("[1, 2]", "f.yaml", {.max_nodes = 3}));
    EXPECT_FALSE(parse_yaml("[1, 2, 3]", "f.yaml", {.max_nodes = 3}));
}

struct PointerRow {
    const char* claim;
    const char* pointer;
    int line;
};
class YamlPointer : public testing::TestWithParam<PointerRow> {};
TEST_P(YamlPointer, NamesALineOfAJsonText) {
    const auto tree =
        parse_yaml("{\n  \"name\": \"x\",\n  \"routes\": {\n    \"a/b\": [\n      \"c\",\n      \"d\"\n    ]\n  }\n}\n", "f.json");
    ASSERT_TRUE(tree) << tree.error().faults[0].message;
    EXPECT_EQ(line_at(*tree, GetParam().pointer), GetParam().line) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Yaml, YamlPointer, testing::Values(
    PointerRow{"the whole",                           "",                   1},
    PointerRow{"a member",                            "/routes",            3},
    PointerRow{"a member of a member, escaped",       "/routes/a~1b",       4},
    PointerRow{"an item of a list",                   "/routes/a~1b/1",     6},
    PointerRow{"what is missing is at its parent",    "/routes/z",          3},
    PointerRow{"an item past the end is at its list", "/routes/a~1b/9",     4},
    PointerRow{"a word where a number belongs too",   "/routes/a~1b/first", 4},
    PointerRow{"below a scalar",                      "/name/x",            2},
    PointerRow{"what is no pointer has no line",      "routes",             0}));
}  // namespace
}  // namespace rondo::scenario
