#include "base/config/document.hpp"
#include "base/rng.hpp"

#include <gtest/gtest.h>

namespace rondo::config {
namespace {
/// A tree in one line: maps {key@line:value}, lists [..], quoted texts in quotes, null as ~.
std::string shape(const Node& node) {
    std::string out;
    switch (node.kind) {
        case Node::Kind::null: return "~";
        case Node::Kind::plain: return node.text;
        case Node::Kind::quoted: return '"' + node.text + '"';
        case Node::Kind::list:
            for (const Node& item : node.items) out += (out.empty() ? "" : ",") + shape(item);
            return '[' + out + ']';
        case Node::Kind::map:
            for (const auto& [key, value] : node.members) {
                out += (out.empty() ? "" : ",") + key + '@' + std::to_string(value.line) + ':' + shape(value);
            }
            return '{' + out + '}';
    }
    return out;
}

std::string outcome(const Text& text) {
    const auto node = parse(text);
    if (node) return shape(*node);
    std::string all;
    for (const Fault& fault : node.error().faults) all += (all.empty() ? "" : " | ") + fault.path + ": " + fault.message;
    return all;
}

struct Row {
    const char* claim;
    std::string body;
    std::string outcome;
};

class Yaml : public testing::TestWithParam<Row> {};
TEST_P(Yaml, Reads) { EXPECT_EQ(outcome({"c.yaml", GetParam().body, Format::yaml}), GetParam().outcome) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Document, Yaml, testing::Values(
    Row{"nothing is an empty map",            "",                                "{}"},
    Row{"only comments",                      "# hello\n",                       "{}"},
    Row{"sections, lists, lines",             "a:\n  b: 1\n  c:\n    - x\n    - 'y'\n", "{a@1:{b@2:1,c@3:[x,\"y\"]}}"},
    Row{"a byte order mark is no content",    "\xEF\xBB\xBF" "a: 1",             "{a@1:1}"},
    Row{"no value is null",                   "a:\nb: ~\nc: null\n",             "{a@1:~,b@2:~,c@3:~}"},
    Row{"a repeated key",                     "a: 1\nb: 1\na: 2\nb: 3\n",        "c.yaml:3: the key a is given twice; keep one | c.yaml:4: the key b is given twice; keep one"},
    Row{"an alias, as in a billion laughs",   "a: &a [x]\nb: [*a, *a]\n",        "c.yaml:2: aliases (*name) are not supported; write the value out"},
    Row{"an anchor alone is harmless",        "a: &a 1\n",                       "{a@1:1}"},
    Row{"a merge key needs an alias",         "a: &a {x: 1}\nb:\n  <<: *a\n",    "c.yaml:3: aliases (*name) are not supported; write the value out"},
    Row{"a tag",                              "a: !!python/object x\n",          "c.yaml:1: tags (!name) are not supported; remove it"},
    Row{"a tag on a section",                 "a: !x {b: 1}\n",                  "c.yaml:1: tags (!name) are not supported; remove it"},
    Row{"a second document",                  "a: 1\n---\nb: 2\n",               "c.yaml:2: a second document begins; keep one"},
    Row{"a key that is a list",               "[a]: 1\n",                        "c.yaml:1: a key must be a single word or text"},
    Row{"not UTF-8",                          "a: \xFF\n",                       "c.yaml:1: not valid UTF-8; save the file as UTF-8"},
    Row{"a zero byte",                        std::string("a: 1\nb: \0", 9),     "c.yaml:2: holds a control character; remove it"}));

class Json : public testing::TestWithParam<Row> {};
TEST_P(Json, Reads) { EXPECT_EQ(outcome({"c.json", GetParam().body, Format::json}), GetParam().outcome) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Document, Json, testing::Values(
    Row{"nothing is an empty map",      " \n",                                     "{}"},
    Row{"all types and lines",          "{\"a\": 1,\n \"b\": [true, null,\n\"x\"], \"c\": 1.50}", "{a@1:1,b@2:[true,~,\"x\"],c@3:1.50}"},
    Row{"escapes, also of pairs",       R"({"a": "\u4e2d\/\ud83d\ude42"})",        "{a@1:\"中/🙂\"}"},
    Row{"a blank end",                  "{}\n\n \n",                               "{}"},
    Row{"a number at the line's end",   "{\"a\": 12\n}",                           "{a@1:12}"},
    Row{"a large number",               R"({"a": 18446744073709551615})",          "{a@1:18446744073709551615}"},
    Row{"a repeated key",               "{\"a\": 1,\n\"a\": 2}",                   "c.json:2: the key a is given twice; keep one"},
    Row{"a missing comma",              "{\"a\": 1\n\"b\": 2}",                    "c.json:2: not valid JSON: syntax error"},
    Row{"text after the end",           "{}\n{}",                                  "c.json:2: not valid JSON: extra data"},
    Row{"an end too early",             "{\"a\":\n",                               "c.json:1: not valid JSON: incomplete JSON"},
    Row{"YAML is not JSON",             "a: 1",                                    "c.json:1: not valid JSON: syntax error"}));

TEST(Document, NestingIsBoundedInBothLanguages) {
    for (const Format format : {Format::yaml, Format::json}) {
        const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
        EXPECT_TRUE(parse({"c", nested(kMaxDepth), format}));
        EXPECT_EQ(outcome({"c", nested(kMaxDepth + 1), format}), "c:1: nested deeper than 64 levels");
        EXPECT_FALSE(parse({"c", std::string(kMaxFileBytes, '['), format})) << "and nothing overflows";
    }
}

TEST(Document, SizeAndKeysAreBounded) {
    EXPECT_EQ(outcome({"c", std::string(kMaxFileBytes + 1, '#')}), "c:1: longer than 1048576 bytes");
    std::string body;
    for (std::size_t i = 0; i <= kMaxMembers; ++i) body += "k" + std::to_string(i) + ": 1\n";
    EXPECT_EQ(outcome({"c", body}), "c:1001: more than 1000 keys in one place");
}

TEST(Document, YamlSyntaxErrorsNameTheirLine) {
    EXPECT_EQ(outcome({"c", "a: 1\nb: [1, 2\n"}).substr(0, 19), "c:3: not valid YAML");
    EXPECT_EQ(outcome({"c", "a: 1\n\tb: 2\n"}).substr(0, 19), "c:2: not valid YAML");
}

TEST(Document, AnyBytesGiveATreeOrFaults) {
    constexpr std::string_view kAlphabet = "{}[]:,-?&*!|>'\"%@`#~ \n\tab1.\\<=\x80\xC3";
    Rng rng{7};
    for (int round = 0; round < 3000; ++round) {
        std::string body;
        for (auto length = rng.below(60); length > 0; --length) body += kAlphabet[rng.below(kAlphabet.size())];
        for (const Format format : {Format::yaml, Format::json}) {
            const auto node = parse({"c", body, format});
            EXPECT_TRUE(node || !node.error().faults.empty()) << body;
        }
    }
}
}  // namespace
}  // namespace rondo::config
