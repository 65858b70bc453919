#include "edge/gateway/wire/event_frames.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <ostream>

namespace rondo::gateway::wire {
namespace {
struct Row {
    const char* claim;
    const char* type;
    const char* data;
    const char* frame;     // as JSON; null: refused
    const char* redacted;  // null: nothing is left of it
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

class EventFrames : public ::testing::TestWithParam<Row> {};
TEST_P(EventFrames, SayWhatTheEventSays) {
    const Row& row = GetParam();
    auto frame = event_frame(row.type, row.data, 3);
    if (!row.frame) {
        ASSERT_FALSE(frame);
        EXPECT_EQ(frame.error().code, Code::data_loss);
        return;
    }
    ASSERT_TRUE(frame) << frame.error().message;
    EXPECT_EQ(boost::json::parse(encode(Encoding::json, *frame)), boost::json::parse(row.frame));
    const bool left = redact(*frame);
    EXPECT_EQ(left, row.redacted != nullptr);
    if (left && row.redacted) { EXPECT_EQ(boost::json::parse(encode(Encoding::json, *frame)), boost::json::parse(row.redacted)); }
}
INSTANTIATE_TEST_SUITE_P(Events, EventFrames, ::testing::Values(
    Row{"a piece of the answer", "delta", R"({"text":"价格"})", R"({"delta":{"text":"价格"}})", nullptr},
    Row{"another model goes on", "delta", R"({"text":"x","seam":true})", R"({"delta":{"text":"x","seam":true}})", nullptr},
    Row{"a node begins", "node_started", R"({"node":"npc"})", R"({"node":{"name":"npc"}})", R"({"node":{"name":"npc"}})"},
    Row{"a node ended", "node_finished", R"({"node":"intent","status":"ok","duration_ms":1.5,"label":"greeting"})",
        R"({"node":{"name":"intent","status":"ok","label":"greeting","durationMs":1.5}})",
        R"({"node":{"name":"intent","status":"ok","durationMs":1.5}})"},
    Row{"a turn was accepted; its trace is 16 bytes", "accepted",
        R"({"session_id":"s","turn_number":2,"parent_turn":1,"message_id":"m-1","trace_id":"0af7651916cd43dd8448eb211c80319c","user_message":"hi"})",
        R"({"accepted":{"turnNumber":2,"parentTurn":1,"messageId":"m-1","traceId":"CvdlGRbNQ92ESOshHIAxnA==","userMessage":"hi"}})",
        R"({"accepted":{"turnNumber":2,"parentTurn":1,"traceId":"CvdlGRbNQ92ESOshHIAxnA==","userMessage":"[REDACTED]"}})"},
    Row{"a turn is told anew", "restarted", R"({"session_id":"s","turn_number":2,"epoch":4})", R"({"restarted":{"turnNumber":2}})",
        R"({"restarted":{"turnNumber":2}})"},
    Row{"a turn was completed", "completed",
        R"({"session_id":"s","turn_number":2,"parent_turn":1,"message_id":"m","status":"completed","npc_response":"好的","intent":"greeting",
            "confidence":0.5,"stage":"opening","ttft_ms":1.5,"duration_ms":2.5,"coach_advice":{"text":"Ask.","rules":["r1"]},
            "compliance":{"risk_level":"LOW","score":0.25,"findings":[{"rule":"f","risk_level":"LOW","message":"m","in":"answer"}]},
            "blocked":false,"sources":[{"id":"k1","title":"T"}],"usage":{"input_tokens":10,"output_tokens":4,"total_tokens":14},
            "cost":{"micros":123,"currency":"USD"},"model":"mm","decision_id":"d_1","trace_id":"x"})",
        R"({"completed":{"turnNumber":2,"answerBytes":6,"stage":"opening","intent":"greeting","confidence":0.5,
            "compliance":{"riskLevel":"LOW","score":0.25,"findings":[{"rule":"f","riskLevel":"LOW","message":"m","inAnswer":true}]},
            "inputTokens":10,"outputTokens":4,"costMicros":"123","advice":{"text":"Ask.","rules":["r1"]},"ttftMs":1.5,"durationMs":2.5,
            "decisionId":"d_1","model":"mm","sources":[{"id":"k1","title":"T"}]}})",
        R"({"completed":{"turnNumber":2,"stage":"opening","intent":"greeting","confidence":0.5,
            "compliance":{"riskLevel":"LOW","score":0.25},"inputTokens":10,"outputTokens":4,"costMicros":"123",
            "advice":{"text":"[REDACTED]"},"ttftMs":1.5,"durationMs":2.5,"decisionId":"d_1","model":"mm"}})"},
    Row{"its advice is still to come, under a name", "completed",
        R"({"turn_number":2,"status":"completed","npc_response":"","coach_advice":"pending","task_id":"t_1"})",
        R"({"completed":{"turnNumber":2,"taskId":"t_1"}})", R"({"completed":{"turnNumber":2,"taskId":"t_1"}})"},
    Row{"a turn was stopped", "completed", R"({"turn_number":2,"status":"stopped","npc_response":"ab"})",
        R"({"completed":{"turnNumber":2,"status":"STOPPED","answerBytes":2}})", R"({"completed":{"turnNumber":2,"status":"STOPPED"}})"},
    Row{"a turn failed", "failed",
        R"({"turn_number":3,"status":"failed","npc_response":"","error":{"code":"unavailable","message":"try later","retry_after_ms":60000,"reason":"CIRCUIT_BREAKER_OPEN"}})",
        R"({"failed":{"turnNumber":3,"status":"FAILED","error":{"code":"unavailable","message":"try later","reason":"CIRCUIT_BREAKER_OPEN","retryAfterMs":60000,"status":503}}})",
        R"({"failed":{"turnNumber":3,"status":"FAILED","error":{"code":"unavailable","message":"try later","reason":"CIRCUIT_BREAKER_OPEN","retryAfterMs":60000,"status":503}}})"},
    Row{"a turn failed without a result", "failed", "{}",
        R"({"failed":{"turnNumber":3,"status":"FAILED","error":{"code":"internal","message":"the turn failed","status":500}}})",
        R"({"failed":{"turnNumber":3,"status":"FAILED","error":{"code":"internal","message":"the turn failed","status":500}}})"},
    Row{"advice came", "coach_advice", R"({"session_id":"s","turn_number":1,"task_id":"t_1","advice":{"text":"Ask.","rules":["a","b"]}})",
        R"({"advice":{"turnNumber":1,"taskId":"t_1","text":"Ask.","rules":["a","b"]}})",
        R"({"advice":{"turnNumber":1,"taskId":"t_1","text":"[REDACTED]"}})"},
    Row{"none will come", "coach_advice", R"({"session_id":"s","turn_number":1,"task_id":"t_1","advice":null})",
        R"({"advice":{"turnNumber":1,"taskId":"t_1","missing":true}})", R"({"advice":{"turnNumber":1,"taskId":"t_1","missing":true}})"},
    Row{"no event of ours", "surprise", "{}", nullptr, nullptr},
    Row{"damaged", "delta", R"({"text":)", nullptr, nullptr}));

TEST(WireError, HasTheStatusOfHttpAndEveryFault) {
    const auto told = wire_error({.code = Code::invalid_argument, .message = "faults", .faults = {{"/user_message", "must not be empty"}}});
    EXPECT_EQ(told.status(), 422U);
    ASSERT_EQ(told.faults_size(), 1);
    EXPECT_EQ(told.faults(0).pointer(), "/user_message");
    EXPECT_EQ(wire_error({.code = Code::aborted, .message = "Another request is processing", .reason = "SESSION_BUSY"}).status(), 409U);
}
}  // namespace
}  // namespace rondo::gateway::wire
