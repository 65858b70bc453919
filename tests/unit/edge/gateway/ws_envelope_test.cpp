// Older clients' envelope, by its literal names and numbers.
#include "edge/gateway/compat/envelope_codec.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace rondo::gateway::compat {
namespace {
using std::string_literals::operator""s;

/// version "2.0", type "chat", payload {session_id "s", message "hi"}, trace_id, request_id "r", timestamp 5, each under its number.
const std::string kChat =
    "\x0a\x03"s
    "2.0"
    "\x12\x04"s
    "chat"
    "\x1a\x07\x0a\x01s\x1a\x02hi\x22\x01t\x2a\x01r\x30\x05"s;

TEST(Envelope, HasTheFoundingFieldNumbers) {
    const auto envelope = decode(Form::pb, kChat);
    ASSERT_TRUE(envelope);
    EXPECT_EQ(envelope->version(), "2.0");
    EXPECT_EQ(envelope->type(), "chat");
    EXPECT_EQ(envelope->trace_id(), "t");
    EXPECT_EQ(envelope->request_id(), "r");
    EXPECT_EQ(envelope->timestamp(), 5);
    v2::ChatMessage chat;
    ASSERT_TRUE(chat.ParseFromString(envelope->payload()));
    EXPECT_EQ(chat.session_id(), "s");
    EXPECT_EQ(chat.message(), "hi");
    EXPECT_EQ(encode(Form::pb, *envelope), kChat);
}

TEST(Envelope, ToolCallsHaveTheFoundingFieldNumbers) {
    v2::ChatMessage chat;
    ASSERT_TRUE(
        chat.ParseFromString("\x12\x01u\x22\x09\x0a\x01"
                             "1"
                             "\x12\x01n\x1a\x01"
                             "a"s));
    EXPECT_EQ(chat.user_id(), "u");
    ASSERT_EQ(chat.tool_calls_size(), 1);
    EXPECT_EQ(chat.tool_calls(0).id(), "1");
    EXPECT_EQ(chat.tool_calls(0).name(), "n");
    EXPECT_EQ(chat.tool_calls(0).arguments(), "a");
}

TEST(Envelope, InJsonThePayloadIsAnObject) {
    const char* text =
        R"({"version":"2.0","type":"chat","payload":{"session_id":"s","message":"hi"},"trace_id":"t","request_id":"r","timestamp":5})";
    const auto envelope = decode(Form::json, text);
    ASSERT_TRUE(envelope) << envelope.error().message;
    EXPECT_EQ(encode(Form::pb, *envelope), kChat);
    EXPECT_EQ(boost::json::parse(encode(Form::json, *envelope)), boost::json::parse(text));
}

TEST(Envelope, InJsonThePayloadMayBeTheBytes) {
    const auto envelope =
        decode(Form::json, R"({"version":"2.0","type":"chat","payload":"CgFzGgJoaQ==","traceId":"t","requestId":"r","timestamp":"5"})");
    ASSERT_TRUE(envelope) << envelope.error().message;
    EXPECT_EQ(encode(Form::pb, *envelope), kChat);
}

struct Row {
    const char* claim;
    Form form;
    std::string bytes;
    bool read;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }
class EnvelopeReading : public ::testing::TestWithParam<Row> {};
TEST_P(EnvelopeReading, Envelopes) {
    const auto envelope = decode(GetParam().form, GetParam().bytes);
    ASSERT_EQ(envelope.has_value(), GetParam().read);
    if (!envelope) { EXPECT_EQ(envelope.error().reason, "BAD_ENVELOPE"); }
}
INSTANTIATE_TEST_SUITE_P(Envelopes, EnvelopeReading, ::testing::Values(
    Row{"an empty envelope",                      Form::pb,   "",                                             true},
    Row{"unknown fields are dropped",             Form::pb,   kChat + "\x38\x01"s,                            true},
    Row{"cut short",                              Form::pb,   kChat.substr(0, 8),                             false},
    Row{"JSON in a binary message",               Form::pb,   R"({"type":"chat"})",                           false},
    Row{"an unknown type keeps nothing of its payload", Form::json, R"({"type":"x","payload":{"a":1}})",      true},
    Row{"unknown members are dropped",            Form::json, R"({"type":"chat","payload":{"a":1},"b":2})",   true},
    Row{"a payload of the wrong types",           Form::json, R"({"type":"chat","payload":{"message":[1]}})", false},
    Row{"a timestamp that is none",               Form::json, R"({"type":"chat","timestamp":"now"})",         false},
    Row{"a list",                                 Form::json, "[]",                                           false},
    Row{"protobuf in a text message",             Form::json, kChat,                                          false}));
}  // namespace
}  // namespace rondo::gateway::compat
