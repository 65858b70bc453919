#include "edge/gateway/compat/envelope_codec.hpp"
#include "edge/gateway/wire/dialect.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace rondo::gateway::wire {
namespace {
using Kind = net::WebSocket::Kind;

Frame frame_of(const char* json) { return decode(Encoding::json, json).value(); }

TEST(FrameDialect, ABinaryConnectionTakesJsonInTextMessagesAndAnswersInBinary) {
    const auto dialect = make_dialect(Protocol::pb);
    const auto asked = dialect->read({Kind::text, R"({"id":1,"ping":{}})"});
    ASSERT_TRUE(asked);
    EXPECT_TRUE(asked->command.has_ping());
    const auto answer = dialect->write(frame_of(R"({"id":1,"pong":{}})"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, Kind::binary);
}

TEST(FrameDialect, AJsonConnectionTakesNoBinaryMessage) {
    const auto dialect = make_dialect(Protocol::json);
    const auto asked = dialect->read({Kind::binary, std::string{"\x5a\x00", 2}});
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().reason, "BAD_ENVELOPE");
    EXPECT_EQ(dialect->write(frame_of(R"({"pong":{}})"))->data, R"({"pong":{}})");
}

TEST(EnvelopeDialect, AChatBindsToItsSessionAndStartsATurn) {
    const auto dialect = make_dialect(Protocol::envelope);
    const auto asked =
        dialect->read({Kind::text, R"({"version":"2.0","type":"chat","payload":{"session_id":"s","user_id":"u","message":"hi"},
        "trace_id":"0af7651916cd43dd8448eb211c80319c","request_id":"r-1","timestamp":1})"});
    ASSERT_TRUE(asked) << asked.error().message;
    ASSERT_TRUE(asked->session);
    EXPECT_EQ(asked->session->id, "s");
    EXPECT_EQ(asked->session->user, "u");
    EXPECT_NE(asked->command.id(), 0U) << "an answer is wanted";
    EXPECT_EQ(asked->command.start_turn().user_message(), "hi");
    EXPECT_EQ(asked->command.start_turn().message_id(), "r-1");
    EXPECT_EQ(trace_hex(asked->command.start_turn().trace_id()), "0af7651916cd43dd8448eb211c80319c");
}

TEST(EnvelopeDialect, AnotherVersionIsRefused) {
    EXPECT_FALSE(make_dialect(Protocol::envelope)->read({Kind::text, R"({"version":"3.0","type":"chat"})"}));
}

TEST(EnvelopeDialect, ATypeItDoesNotKnowWantsAnAnswerAndIsNoCommand) {
    const auto asked = make_dialect(Protocol::envelope)->read({Kind::text, R"({"type":"tool_result","payload":{"id":"1"}})"});
    ASSERT_TRUE(asked);
    EXPECT_FALSE(asked->session);
    EXPECT_EQ(asked->command.body_case(), Frame::BODY_NOT_SET);
    EXPECT_NE(asked->command.id(), 0U);
}

/// What an older client sees of one frame: type, payload and ids as JSON, the time left out; null: nothing.
struct Told {
    const char* frame;
    const char* envelope;
};

TEST(EnvelopeDialect, ATurnIsToldInItsShapes) {
    const auto dialect = make_dialect(Protocol::envelope);
    ASSERT_TRUE(dialect->read({Kind::text, R"({"type":"chat","payload":{"message":"hi"},"request_id":"r-1"})"}));
    for (
        const Told& row : {
            Told{R"({"welcome":{"sessionId":"s","userId":"u"}})", nullptr},
            Told{R"({"seq":1,"accepted":{"turnNumber":1,"messageId":"r-1","traceId":"CvdlGRbNQ92ESOshHIAxnA=="}})",
                 R"({"version":"2.0","type":"status","payload":{"session_id":"s","status":"accepted","turn_number":1},
                      "trace_id":"0af7651916cd43dd8448eb211c80319c","request_id":"r-1"})"},
            Told{R"({"id":1,"done":{"turnNumber":1}})", nullptr},
            Told{R"({"seq":2,"node":{"name":"npc"}})", nullptr},
            Told{R"({"seq":3,"delta":{"text":"好的"}})",
                 R"({"version":"2.0","type":"chat","payload":{"session_id":"s","user_id":"u","message":"好的"},
                      "trace_id":"0af7651916cd43dd8448eb211c80319c","request_id":"r-1"})"},
            Told{R"({"seq":4,"completed":{"turnNumber":1,"status":"STOPPED"}})",
                 R"({"version":"2.0","type":"status","payload":{"session_id":"s","status":"stopped","turn_number":1},
                      "trace_id":"0af7651916cd43dd8448eb211c80319c","request_id":"r-1"})"},
            Told{R"({"seq":5,"advice":{"turnNumber":1,"taskId":"t_1","text":"Ask."}})",
                 R"({"version":"2.0","type":"coach_advice","payload":{"session_id":"s","turn_number":1,"advice":"Ask.","task_id":"t_1"},
                      "trace_id":"0af7651916cd43dd8448eb211c80319c","request_id":"r-1"})"},
            Told{
                R"({"id":1,"refused":{"error":{"code":"aborted","reason":"SESSION_BUSY","message":"Another request is processing"}}})",
                R"({"version":"2.0","type":"status","payload":{"session_id":"s","status":"refused","message":"Another request is processing",
                      "code":"SESSION_BUSY"},"trace_id":"","request_id":"r-1"})"},
            Told{
                R"({"id":1,"refused":{"error":{"code":"unimplemented","reason":"UNKNOWN_COMMAND","message":"m"}}})",
                R"({"version":"2.0","type":"status","payload":{"session_id":"s","status":"unsupported","message":"m","code":"UNKNOWN_COMMAND"},
                      "trace_id":"","request_id":"r-1"})"},
        }) {
        const auto message = dialect->write(frame_of(row.frame));
        ASSERT_EQ(message.has_value(), row.envelope != nullptr) << row.frame;
        if (!message) continue;
        EXPECT_EQ(message->kind, Kind::text);
        auto told = boost::json::parse(message->data).as_object();
        EXPECT_TRUE(told.at("timestamp").is_int64()) << message->data;
        told.erase("timestamp");
        EXPECT_EQ(boost::json::value(told), boost::json::parse(row.envelope)) << row.frame;
    }
}

TEST(EnvelopeDialect, AnswersHaveTheFormOfTheLastQuestion) {
    const auto dialect = make_dialect(Protocol::envelope);
    compat::v2::Envelope envelope;
    envelope.set_type("chat");
    ASSERT_TRUE(dialect->read({Kind::binary, envelope.SerializeAsString()}));
    const auto binary = dialect->write(frame_of(R"({"delta":{"text":"a"}})"));
    ASSERT_TRUE(binary);
    EXPECT_EQ(binary->kind, Kind::binary);
    ASSERT_TRUE(compat::decode(compat::Form::pb, binary->data));
    EXPECT_EQ(compat::decode(compat::Form::pb, binary->data)->type(), "chat");
    ASSERT_TRUE(dialect->read({Kind::text, R"({"type":"chat"})"}));
    EXPECT_EQ(dialect->write(frame_of(R"({"delta":{"text":"a"}})"))->kind, Kind::text);
}
}  // namespace
}  // namespace rondo::gateway::wire
