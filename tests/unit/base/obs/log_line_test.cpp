#include "base/json.hpp"
#include "base/obs/log_line.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace rondo::obs {
namespace {
struct Row {
    const char* claim;
    std::string text;
    std::string json;
};

class Escaping : public testing::TestWithParam<Row> {};
TEST_P(Escaping, WritesAJsonString) {
    const Row& row = GetParam();
    std::string out;
    append_json_string(out, row.text);
    EXPECT_EQ(out, row.json) << row.claim;
    EXPECT_TRUE(json::parse(out)) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(LogLine, Escaping, testing::Values(
    Row{"plain text stays",                         "hello",                         R"("hello")"},
    Row{"Chinese and emoji stay",                   "多少钱？🙂",                    "\"多少钱？🙂\""},
    Row{"quotes and backslashes",                   R"(a"b\c)",                      R"("a\"b\\c")"},
    Row{"line ends cannot forge a second line",     "a\r\nb\tc",                     R"("a\r\nb\tc")"},
    Row{"escape sequences of terminals",            "\x1b[31m",                      R"("\u001b[31m")"},
    Row{"a zero byte",                              std::string("a\0b", 3),          R"("a\u0000b")"},
    Row{"DEL and C1 controls",                      "\x7f\xC2\x85",                  R"("\u007f\u0085")"},
    Row{"right-to-left override",                   "\xE2\x80\xAE" "cod",            R"("\u202ecod")"},
    Row{"bidirectional isolates",                   "\xE2\x81\xA6x\xE2\x81\xA9",     R"("\u2066x\u2069")"},
    Row{"line separator",                           "\xE2\x80\xA8",                  R"("\u2028")"},
    Row{"a lone continuation byte",                 "a\x80z",                        "\"a\xEF\xBF\xBDz\""},
    Row{"a character broken off by the end",        "a\xE4\xBD",                     "\"a\xEF\xBF\xBD\""},
    Row{"a character broken off by a quote",        "\xE4\xBD\"",                    "\"\xEF\xBF\xBD\\\"\""},
    Row{"an overlong slash is not one character",   "\xC0\xAF",                      "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
    Row{"a surrogate is not a character",           "\xED\xA0\x80",                  "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    Row{"past the last character",                  "\xF4\x90\x80\x80",              "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    Row{"empty",                                    "",                              R"("")"}));

TEST(LogLine, EveryPairOfBytesGivesOneValidLine) {
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            std::string out;
            append_json_string(out, std::string{static_cast<char>(first), static_cast<char>(second)});
            ASSERT_TRUE(json::parse(out)) << first << ' ' << second;
            ASSERT_EQ(out.find('\n'), std::string::npos);
        }
    }
}

TEST(LogLine, LongTextIsCutBetweenCharactersAndSaysSo) {
    std::string out;
    append_json_string(out, "ab多少", 4);
    EXPECT_EQ(out, "\"ab...(+6 bytes)\"");
    out.clear();
    append_json_string(out, "ab多少", 5);
    EXPECT_EQ(out, "\"ab多...(+3 bytes)\"");
    out.clear();
    append_json_string(out, std::string(kMaxFieldBytes, 'x'));
    EXPECT_EQ(out.size(), kMaxFieldBytes + 2) << "the limit itself is allowed";
    EXPECT_EQ(cut("\x80\x80\x80\x80\x80\x80", 5).size(), 2u) << "what is not UTF-8 is cut near the limit, too";
}

TEST(LogLine, HasTheFieldsInOrderWithTheirTypes) {
    ManualClock clock;
    const std::string id = "s-1";
    const UserId user{"ada"};
    const Field fields[] = {{"session_id", id},    {"message_length", std::size_t{7}},
                            {"delta", -3},         {"score", 0.5},
                            {"ok", true},          {"big", std::numeric_limits<std::uint64_t>::max()},
                            {"nan", std::nan("")}, {"user", user},
                            {"word", "x"}};
    std::string out;
    append_log_line(out, clock.wall(), Level::info, "chat_started", fields);
    EXPECT_EQ(out, R"({"ts":"2026-01-01T00:00:00.000Z","level":"info","event":"chat_started","session_id":"s-1","message_length":7,)"
                   R"("delta":-3,"score":0.5,"ok":true,"big":18446744073709551615,"nan":"nan","user":"ada","word":"x"})");
    EXPECT_TRUE(json::parse(out));
}

TEST(Level, NamesAndWordsAgree) {
    for (const Level level : {Level::trace, Level::debug, Level::info, Level::warn, Level::error, Level::off}) {
        EXPECT_EQ(parse_level(name(level)), level);
    }
    EXPECT_EQ(parse_level("loud"), Level::info);
}
}  // namespace
}  // namespace rondo::obs
