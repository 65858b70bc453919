#include "base/json.hpp"
#include "base/json_reader.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <limits>

namespace rondo::json {
namespace {
struct Row {
    const char* claim;
    std::string text;
    std::string reason;
    std::string message;
};

class Refusals : public testing::TestWithParam<Row> {};
TEST_P(Refusals, SayWhere) {
    const auto parsed = parse(GetParam().text, {.max_bytes = 4096, .max_depth = 64, .max_keys = 100});
    ASSERT_FALSE(parsed) << GetParam().claim;
    EXPECT_EQ(parsed.error().code, Code::invalid_argument);
    EXPECT_EQ(parsed.error().reason, GetParam().reason) << GetParam().claim;
    EXPECT_NE(parsed.error().message.find(GetParam().message), std::string::npos) << parsed.error().message;
}

std::string keys(int n) {
    std::string text = "{";
    for (int i = 0; i < n; ++i) text += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
    return text + "}";
}

INSTANTIATE_TEST_SUITE_P(Json, Refusals, testing::Values(
    Row{"a missing value",        "{\n  \"a\": }",                                 "MALFORMED_JSON", "line 2, column 8"},
    Row{"cut short",              "{\"a\": 1",                                     "MALFORMED_JSON", "line 1"},
    Row{"text after the end",     "{} x",                                          "MALFORMED_JSON", "extra data"},
    Row{"nothing at all",         "",                                              "MALFORMED_JSON", "line 1"},
    Row{"a trailing comma",       "[1,]",                                          "MALFORMED_JSON", "line 1"},
    Row{"a lone surrogate byte",  "{\"a\":\"\xed\xa0\x80\"}",                      "INVALID_UTF8",   "UTF-8"},
    Row{"65 levels",              std::string(65, '[') + std::string(65, ']'),     "TOO_DEEP",       "64"},
    Row{"too many keys",          keys(101),                                       "TOO_LARGE",      "100 keys"},
    Row{"too long",               "\"" + std::string(5000, 'a') + "\"",            "TOO_LARGE",      "4096"}));

TEST(Parse, AcceptsWhatIsWithinTheLimits) {
    EXPECT_TRUE(parse(std::string(64, '[') + std::string(64, ']'), {.max_depth = 64}));
    EXPECT_TRUE(parse(keys(100), {.max_keys = 100}));
    const auto value = parse(R"({"text":"多少钱？","n":-3,"big":18446744073709551615,"x":1.5,"t":true,"z":null})");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->at("text").as_string(), "多少钱？");
    EXPECT_EQ(value->at("n").as_int64(), -3);
    EXPECT_EQ(value->at("big").as_uint64(), 18446744073709551615ULL);
    EXPECT_TRUE(value->at("z").is_null());
}

TEST(Parse, NamesRepeatedKeys) {
    std::vector<std::string> duplicates;
    const auto value = parse(R"({"a/b":{"c":1,"c":2},"d":[{"e":1,"e":2}]})", {}, &duplicates);
    ASSERT_TRUE(value);
    EXPECT_EQ(duplicates, (std::vector<std::string>{"/a~1b/c", "/d/0/e"}));
    EXPECT_EQ(value->at("a/b").at("c").as_int64(), 2);
}

struct Written {
    const char* claim;
    boost::json::value value;
    std::string text;
};

class Write : public testing::TestWithParam<Written> {};
TEST_P(Write, GivesTheText) {
    EXPECT_EQ(write(GetParam().value), GetParam().text) << GetParam().claim;
    EXPECT_EQ(write(*parse(GetParam().text)), GetParam().text) << "and it reads back";
}

INSTANTIATE_TEST_SUITE_P(Json, Write, testing::Values(
    Written{"a fraction without an exponent", 1.366,                                             "1.366"},
    Written{"a whole real",                   1.0,                                               "1"},
    Written{"a very small real",              1e-9,                                              "1e-09"},
    Written{"a whole real past all integers", 0x1p64,                                            "18446744073709551616.0"},
    Written{"integers of both signs",         {-3, 18446744073709551615ULL},                     "[-3,18446744073709551615]"},
    Written{"text with every escape",         "a\"b\\c\n\r\t\x01/多",                           "\"a\\\"b\\\\c\\n\\r\\t\\u0001/多\""},
    Written{"empty containers",               {boost::json::object{}, boost::json::array{}},     "[{},[]]"},
    Written{"an object in its order",         {{"b", true}, {"a", nullptr}},                     R"({"b":true,"a":null})"}));

TEST(WriteJson, NegativeZeroIsZero) { EXPECT_EQ(write(-0.0), "0"); }

TEST(WriteJson, HasNoWordForNotANumber) { EXPECT_EQ(write(std::numeric_limits<double>::quiet_NaN()), "null"); }

TEST(ObjectReader, CollectsEveryFaultAtOnce) {
    const auto value = *parse(R"({"text":5,"turn":0,"flag":"yes","ratio":2,"nested":[],"surprise":1})");
    std::vector<Fault> faults;
    ObjectReader in{value.as_object(), "", faults};
    std::string text, missing;
    std::int64_t turn = 0;
    bool flag = false;
    double ratio = 0;
    EXPECT_FALSE(in.required("text", text, 10));
    EXPECT_FALSE(in.required("missing", missing, 10));
    EXPECT_FALSE(in.optional("turn", turn, 1, 100));
    EXPECT_FALSE(in.optional("flag", flag));
    EXPECT_FALSE(in.optional("ratio", ratio, 0, 1));
    EXPECT_EQ(in.object("nested"), nullptr);
    in.finish();
    std::vector<std::string> paths;
    for (const auto& fault : faults) paths.push_back(fault.path);
    EXPECT_EQ(paths, (std::vector<std::string>{"/text", "/missing", "/turn", "/flag", "/ratio", "/nested", "/surprise"}));
}
}  // namespace
}  // namespace rondo::json
