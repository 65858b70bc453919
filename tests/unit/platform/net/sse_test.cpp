#include "platform/net/sse.hpp"

#include <gtest/gtest.h>

namespace rondo::net {
namespace {
std::string show(const std::vector<SseEvent>& events) {
    std::string text;
    for (const auto& event : events) text += "[" + event.id + "|" + event.event + "|" + event.data + "]";
    return text;
}

struct Row {
    const char* claim;
    std::string bytes;
    std::string events;
};

class SseBytes : public testing::TestWithParam<Row> {};
TEST_P(SseBytes, AreReadWhole) {
    SseParser parser;
    std::vector<SseEvent> events;
    ASSERT_TRUE(parser.feed(GetParam().bytes, events));
    EXPECT_EQ(show(events), GetParam().events) << GetParam().claim;
}
TEST_P(SseBytes, AreReadByteByByte) {
    SseParser parser;
    std::vector<SseEvent> events;
    for (const char byte : GetParam().bytes) ASSERT_TRUE(parser.feed({&byte, 1}, events));
    EXPECT_EQ(show(events), GetParam().events) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Sse, SseBytes, testing::Values(
    Row{"a whole event",                            "id: 1.2\nevent: delta\ndata: hi\n\n",    "[1.2|delta|hi]"},
    Row{"an event without name is a message",       "data: hi\n\n",                           "[|message|hi]"},
    Row{"lines of data are joined",                 "data: a\ndata: b\n\n",                   "[|message|a\nb]"},
    Row{"CR LF ends lines",                         "data: a\r\n\r\ndata: b\r\n\r\n",         "[|message|a][|message|b]"},
    Row{"CR alone ends lines",                      "data: a\r\rdata: b\r\r",                 "[|message|a][|message|b]"},
    Row{"only one space is stripped",               "data:  a\n\ndata:b\n\n",                 "[|message| a][|message|b]"},
    Row{"comments are skipped",                     ": keep-alive\n\ndata: a\n\n",            "[|message|a]"},
    Row{"an id lasts until the next",               "id: 1\ndata: a\n\ndata: b\n\n",          "[1|message|a][1|message|b]"},
    Row{"an empty id resets it",                    "id: 1\ndata: a\n\nid\ndata: b\n\n",      "[1|message|a][|message|b]"},
    Row{"an id with a NUL is ignored",              std::string("id: 1\0x\ndata: a\n\n", 17), "[|message|a]"},
    Row{"the name does not last",                   "event: x\ndata: a\n\ndata: b\n\n",       "[|x|a][|message|b]"},
    Row{"no data, no event",                        "event: x\nid: 7\n\ndata: a\n\n",         "[7|message|a]"},
    Row{"empty data is data",                       "data\n\n",                               "[|message|]"},
    Row{"unknown fields are skipped",               "retry: 5\nfoo: bar\ndata: a\n\n",        "[|message|a]"},
    Row{"a byte order mark may come first",         "\xEF\xBB\xBF" "data: a\n\n",             "[|message|a]"},
    Row{"an unfinished event is dropped",           "data: a\n",                              ""}));

struct Frame {
    const char* claim;
    std::string id, event, data, bytes;
};

class SseFrame : public testing::TestWithParam<Frame> {};
TEST_P(SseFrame, IsWritten) {
    const Frame& row = GetParam();
    EXPECT_EQ(sse_frame(row.id, row.event, row.data), row.bytes) << row.claim;
}
INSTANTIATE_TEST_SUITE_P(Sse, SseFrame, testing::Values(
    Frame{"all fields",                      "1.2", "delta", "hi",      "id: 1.2\nevent: delta\ndata: hi\n\n"},
    Frame{"empty fields are left out",       "",    "",      "hi",      "data: hi\n\n"},
    Frame{"each line gets its prefix",       "",    "",      "a\nb",    "data: a\ndata: b\n\n"},
    Frame{"CR LF and CR are line ends",      "",    "",      "a\r\nb\rc", "data: a\ndata: b\ndata: c\n\n"},
    Frame{"an id cannot smuggle a field",    "1\ndata: x", "", "hi",    "id: 1data: x\ndata: hi\n\n"},
    Frame{"empty data is still an event",    "",    "e",     "",        "event: e\ndata: \n\n"}));

TEST(SseFrameText, SurvivesTheRoundTrip) {
    SseParser parser;
    std::vector<SseEvent> events;
    const std::string bytes = sse_comment("keep\nalive") + sse_frame("3.4", "delta", "第一行\n第二行\n");
    ASSERT_TRUE(parser.feed(bytes, events));
    EXPECT_EQ(show(events), "[3.4|delta|第一行\n第二行\n]");
    EXPECT_EQ(parser.last_event_id(), "3.4");
}

TEST(SseParserBound, RefusesAnEndlessEvent) {
    SseParser parser{100};
    std::vector<SseEvent> events;
    EXPECT_TRUE(parser.feed("data: " + std::string(80, 'x') + "\n\n", events));
    const auto refused = parser.feed("data: " + std::string(101, 'x'), events);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::resource_exhausted);
    EXPECT_EQ(events.size(), 1U);
}
}  // namespace
}  // namespace rondo::net
