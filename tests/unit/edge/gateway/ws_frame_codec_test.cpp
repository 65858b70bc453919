#include "edge/gateway/wire/frame_codec.hpp"

#include <boost/json.hpp>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace rondo::gateway::wire {
namespace {
using std::string_literals::operator""s;

struct Row {
    const char* claim;
    Encoding encoding;
    std::string bytes;
    std::string json;  // of what was read; "": refused
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

/// `depth` messages inside each other, in a field nobody knows.
std::string nested(int depth) {
    std::string bytes;
    for (int i = 0; i < depth; ++i) bytes += '\xf3', bytes += '\x07';  // group 126 begins
    for (int i = 0; i < depth; ++i) bytes += '\xf4', bytes += '\x07';  // and ends
    return bytes;
}
std::string deep_json(int depth) {
    return R"({"x":)" + std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']') + "}";
}

class Reading : public ::testing::TestWithParam<Row> {};
TEST_P(Reading, Frames) {
    const Row& row = GetParam();
    const auto frame = decode(row.encoding, row.bytes);
    if (row.json.empty()) {
        ASSERT_FALSE(frame);
        EXPECT_EQ(frame.error().reason, "BAD_ENVELOPE");
        return;
    }
    ASSERT_TRUE(frame) << frame.error().message;
    EXPECT_EQ(encode(Encoding::json, *frame), row.json);
}
INSTANTIATE_TEST_SUITE_P(Protobuf, Reading, ::testing::Values(
    Row{"a ping of 5 bytes",                  Encoding::pb, "\x18\x07\x5a\x00"s,                 R"({"id":7,"ping":{}})"},
    Row{"a stop",                             Encoding::pb, "\x18\x01\xaa\x01\x02\x08\x05"s,     R"({"id":1,"stop":{"turnNumber":5}})"},
    Row{"an empty message is an empty frame", Encoding::pb, "",                                  "{}"},
    Row{"unknown fields are dropped",         Encoding::pb, "\x18\x07\xf8\x07\x01\x5a\x00"s,     R"({"id":7,"ping":{}})"},
    Row{"of two bodies the last one counts",  Encoding::pb, "\x5a\x00\x62\x00"s,                 R"({"pong":{}})"},
    Row{"31 levels are read",                 Encoding::pb, nested(31),                          "{}"},
    Row{"33 levels are too many",             Encoding::pb, nested(33),                          ""},
    Row{"a length beyond the end",            Encoding::pb, "\xb2\x01\x05\x08"s,                 ""},
    Row{"a tag cut short",                    Encoding::pb, "\xb2"s,                             ""},
    Row{"field number 0",                     Encoding::pb, "\x00\x00"s,                         ""},
    Row{"a group that only ends",             Encoding::pb, "\x0c"s,                             ""},
    Row{"text that is no UTF-8",              Encoding::pb, "\xa2\x01\x03\x0a\x01\xff"s,         ""},
    Row{"JSON is no protobuf",                Encoding::pb, R"({"ping":{}})",                    ""},
    Row{"a frame of the longest size",        Encoding::pb, "\xfa\x07\xfb\xff\x3f"s + std::string((1U << 20U) - 5, 'x'), "{}"},
    Row{"one byte more",                      Encoding::pb, "\xfa\x07\xfc\xff\x3f"s + std::string((1U << 20U) - 4, 'x'), ""}));
INSTANTIATE_TEST_SUITE_P(Json, Reading, ::testing::Values(
    Row{"lowerCamel names",                   Encoding::json, R"({"id":1,"stop":{"turnNumber":5}})",   R"({"id":1,"stop":{"turnNumber":5}})"},
    Row{"names as in the .proto",             Encoding::json, R"({"id":1,"stop":{"turn_number":5}})",  R"({"id":1,"stop":{"turnNumber":5}})"},
    Row{"numbers as strings",                 Encoding::json, R"({"stop":{"turnNumber":"5"}})",        R"({"stop":{"turnNumber":5}})"},
    Row{"unknown members are dropped",        Encoding::json, R"({"ping":{"x":1},"later":[{}]})",      R"({"ping":{}})"},
    Row{"null is the default",                Encoding::json, R"({"id":null,"ping":{}})",              R"({"ping":{}})"},
    Row{"an empty object is an empty frame",  Encoding::json, "{}",                                    "{}"},
    Row{"two bodies",                         Encoding::json, R"({"ping":{},"pong":{}})",              ""},
    Row{"a number that is none",              Encoding::json, R"({"id":"seven"})",                     ""},
    Row{"a negative one",                     Encoding::json, R"({"id":-1})",                          ""},
    Row{"one beyond 32 bits",                 Encoding::json, R"({"id":4294967296})",                  ""},
    Row{"a body that is no object",           Encoding::json, R"({"ping":[]})",                        ""},
    Row{"no object at all",                   Encoding::json, "[]",                                    ""},
    Row{"nothing",                            Encoding::json, "",                                      ""},
    Row{"keys without quotes are no JSON",    Encoding::json, "{ping:{}}",                             ""},
    Row{"a comma too many",                   Encoding::json, R"({"ping":{},})",                       ""},
    Row{"31 levels are read",                 Encoding::json, deep_json(30),                           "{}"},
    Row{"33 levels are too many",             Encoding::json, deep_json(33),                           ""}));

Frame delta(std::uint32_t seq, std::uint32_t epoch, std::string text, bool seam = false) {
    Frame frame;
    frame.set_seq(seq);
    frame.set_epoch(epoch);
    frame.mutable_delta()->set_text(std::move(text));
    frame.mutable_delta()->set_seam(seam);
    return frame;
}

TEST(Writing, ADeltaByHandIsWhatProtobufWouldWrite) {
    for (const Frame& frame :
         {delta(0, 0, ""), delta(7, 0, "你好"), delta(7, 3, "a\n\"b\"\\ </script>\x01", true), delta(1, 1, "", true)}) {
        std::string standard;
        ASSERT_TRUE(google::protobuf::util::MessageToJsonString(frame, &standard).ok());
        EXPECT_EQ(boost::json::parse(encode(Encoding::json, frame)), boost::json::parse(standard)) << standard;
    }
}

TEST(Writing, ADeltaOfOneWordIsFewBytes) {
    EXPECT_EQ(encode(Encoding::pb, delta(200, 0, "价格")).size(), 13U) << "3 of the place, 2 and 2 of the lengths, 6 of the text";
}

TEST(Writing, WhatIsWrittenIsReadBack) {
    Frame frame = delta(9, 2, "héllo \xF0\x9F\x98\x80");
    frame.set_id(4);
    for (const Encoding encoding : {Encoding::pb, Encoding::json}) {
        const auto read = decode(encoding, encode(encoding, frame));
        ASSERT_TRUE(read);
        EXPECT_EQ(read->SerializeAsString(), frame.SerializeAsString());
    }
}

TEST(Trace, HexToSixteenBytesAndBack) {
    const std::string hex = "0af7651916cd43dd8448eb211c80319c";
    EXPECT_EQ(trace_bytes(hex).size(), 16U);
    EXPECT_EQ(trace_hex(trace_bytes(hex)), hex);
    for (const char* none :
         {"", "0af7", "00000000000000000000000000000000", "0AF7651916CD43DD8448EB211C80319C", "0af7651916cd43dd8448eb211c80319c00"}) {
        EXPECT_EQ(trace_bytes(none), "") << none;
    }
    EXPECT_EQ(trace_hex("short"), "");
}
}  // namespace
}  // namespace rondo::gateway::wire
