#include "engine/llm/anthropic_stream.hpp"

#include "transcript.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
using wire::AnthropicStream;

std::string event(const std::string& type, const std::string& members = "") {
    return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + (members.empty() ? "" : "," + members) + "}\n\n";
}
std::string begin(const std::string& usage = R"("input_tokens":20,"output_tokens":1)") {
    return event("message_start", R"("message":{"id":"m1","type":"message","role":"assistant","content":[],"usage":{)" + usage + "}}");
}
std::string open_block(int index, const std::string& block) {
    return event("content_block_start", R"("index":)" + std::to_string(index) + R"(,"content_block":)" + block);
}
std::string delta(int index, const std::string& members) {
    return event("content_block_delta", R"("index":)" + std::to_string(index) + R"(,"delta":)" + members);
}
std::string close_block(int index) { return event("content_block_stop", R"("index":)" + std::to_string(index)); }
std::string text(int index, const std::string& words) {
    return open_block(index, R"({"type":"text","text":""})") + delta(index, R"({"type":"text_delta","text":")" + words + "\"}") +
           close_block(index);
}
std::string tool(int index, const std::string& id) {
    return open_block(index, R"({"type":"tool_use","id":")" + id + R"(","name":"look","input":{}})");
}
std::string json_piece(int index, const std::string& piece) {
    return delta(index, R"({"type":"input_json_delta","partial_json":")" + piece + "\"}");
}
std::string stop(const std::string& reason, const std::string& usage = R"("output_tokens":7)") {
    return event("message_delta", R"("delta":{"stop_reason":")" + reason + R"(","stop_sequence":null},"usage":{)" + usage + "}");
}
const std::string kEnd = event("message_stop");
const std::string kPing = event("ping");

struct Row {
    const char* claim;
    std::string bytes;
    const char* read;
};
class Anthropic : public testing::TestWithParam<Row> {};
TEST_P(Anthropic, ReadsAStream) { EXPECT_EQ(transcript<AnthropicStream>(GetParam().bytes), GetParam().read) << GetParam().claim; }

TEST_P(Anthropic, ReadsTheSameWhereverTheBytesAreCut) {
    const std::string_view bytes = GetParam().bytes;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        EXPECT_EQ(transcript<AnthropicStream>({bytes.substr(0, cut), bytes.substr(cut)}), GetParam().read)
            << GetParam().claim << ", cut at " << cut;
    }
}

INSTANTIATE_TEST_SUITE_P(Text, Anthropic, testing::Values(
    Row{"a plain answer", begin() + kPing + text(0, "Because 光.") + stop("end_turn") + kEnd, "Because 光. [stop] 20+0+0/7"},
    Row{"two blocks of text are one answer", begin() + text(0, "a") + text(1, "b") + stop("end_turn") + kEnd, "ab [stop] 20+0+0/7"},
    Row{"the cache's tokens are kinds of their own",
        begin(R"("input_tokens":20,"cache_creation_input_tokens":5,"cache_read_input_tokens":1024,"output_tokens":1)") + text(0, "a") + stop("end_turn") + kEnd,
        "a [stop] 20+5+1024/7"},
    Row{"the last telling of the usage counts",
        begin() + text(0, "a") + stop("end_turn", R"("input_tokens":30,"cache_read_input_tokens":4,"output_tokens":9)") + kEnd, "a [stop] 30+0+4/9"},
    Row{"a stop without usage: the output is counted by us", begin() + text(0, "blue light") + stop("end_turn", "") + kEnd, "blue light [stop] ~20+0+0/3"},
    Row{"thinking is not shown",
        begin() + open_block(0, R"({"type":"thinking","thinking":""})") + delta(0, R"({"type":"thinking_delta","thinking":"hm"})") +
            delta(0, R"({"type":"signature_delta","signature":"xyz"})") + close_block(0) + text(1, "a") + stop("end_turn") + kEnd,
        "a [stop] 20+0+0/7"},
    Row{"unknown events and deltas are passed over",
        begin() + event("weather", R"("sun":true)") + open_block(0, R"({"type":"novel"})") + delta(0, R"({"type":"novel_delta"})") + text(1, "a") + stop("end_turn") + kEnd,
        "a [stop] 20+0+0/7"},
    Row{"the event's line may be missing", "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n" + stop("end_turn") + kEnd,
        "a [stop] ~9+0+0/7"},
    Row{"the data's type may be missing", "event: content_block_delta\ndata: {\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n" + stop("end_turn") + kEnd,
        "a [stop] ~9+0+0/7"}));

INSTANTIATE_TEST_SUITE_P(Ends, Anthropic, testing::Values(
    Row{"cut before the stop reason", begin() + text(0, "a"), "a FAILED PROVIDER_FAULT"},
    Row{"message_stop without a stop reason is no end", begin() + text(0, "a") + kEnd, "a FAILED PROVIDER_FAULT"},
    Row{"a stop reason without message_stop is one", begin() + text(0, "a") + stop("end_turn"), "a [stop] 20+0+0/7"},
    Row{"a null stop reason is none", begin() + text(0, "a") + event("message_delta", R"("delta":{"stop_reason":null})"), "a FAILED PROVIDER_FAULT"},
    Row{"a stop word is an end", begin() + text(0, "a") + stop("stop_sequence") + kEnd, "a [stop] 20+0+0/7"},
    Row{"a bound is told", begin() + text(0, "a") + stop("max_tokens") + kEnd, "a [length] 20+0+0/7"},
    Row{"a paused turn is not all of it", begin() + text(0, "a") + stop("pause_turn") + kEnd, "a [length] 20+0+0/7"},
    Row{"a refusal after words", begin() + text(0, "a") + stop("refusal") + kEnd, "a [content_filter] 20+0+0/7"},
    Row{"a refusal without", begin() + stop("refusal") + kEnd, " FAILED POLICY_REFUSAL"},
    Row{"overloaded amid the answer", begin() + text(0, "a") + event("error", R"("error":{"type":"overloaded_error","message":"Overloaded"})"), "a FAILED PROVIDER_OVERLOADED"},
    Row{"a fault amid the answer", begin() + text(0, "a") + event("error", R"("error":{"type":"api_error","message":"x"})"), "a FAILED PROVIDER_FAULT"},
    Row{"too many bad chunks", begin() + "data: a\n\ndata: b\n\ndata: c\n\ndata: d\n\n" + text(0, "a") + stop("end_turn") + kEnd, " !4 FAILED PROVIDER_FAULT"},
    Row{"one is skipped", begin() + "data: a\n\n" + text(0, "a") + stop("end_turn") + kEnd, "a !1 [stop] 20+0+0/7"}));

INSTANTIATE_TEST_SUITE_P(Tools, Anthropic, testing::Values(
    Row{"a call in pieces, numbered among calls and not among blocks",
        begin() + text(0, "See.") + tool(1, "t1") + json_piece(1, "") + json_piece(1, "{\\\"x\\\":") + json_piece(1, "1}") + close_block(1) + stop("tool_use") + kEnd,
        "See. <t1 look {\"x\":1}> [tool_calls] 20+0+0/7"},
    Row{"two calls", begin() + tool(0, "t1") + json_piece(0, "{}") + close_block(0) + tool(1, "t2") + json_piece(1, "[]") + close_block(1) + stop("tool_use") + kEnd,
        " <t1 look {}> <t2 look []> [tool_calls] 20+0+0/7"},
    Row{"blocks interleaved", begin() + tool(0, "t1") + tool(1, "t2") + json_piece(1, "2") + json_piece(0, "1") + close_block(0) + close_block(1) + stop("tool_use") + kEnd,
        " <t1 look 1> <t2 look 2> [tool_calls] 20+0+0/7"},
    Row{"a call without arguments has the empty object", begin() + tool(0, "t1") + json_piece(0, "") + close_block(0) + stop("tool_use") + kEnd,
        " <t1 look {}> [tool_calls] 20+0+0/7"},
    Row{"one id for two calls", begin() + tool(0, "t1") + close_block(0) + tool(1, "t1") + close_block(1) + stop("tool_use") + kEnd,
        " <t1 look {}> <t1-2 look {}> [tool_calls] 20+0+0/7"}));

TEST(Prefill, SpaceThatWasGivenAlreadyIsNotSaidAgain) {
    struct Case {
        const char* given;
        const char* said;
        const char* shown;
    };
    for (const auto& [given, said, shown] : {Case{" ", " light", "light"}, Case{" ", "light", "light"}, Case{"\n\n", "\nlight", "light"},
                                             Case{"", " light", " light"}, Case{" ", "  light", " light"}}) {
        AnthropicStream stream{{}, given};
        std::vector<Delta> deltas;
        std::string escaped = said;
        for (auto at = escaped.find('\n'); at != std::string::npos; at = escaped.find('\n')) escaped.replace(at, 1, "\\n");
        stream.feed(begin() + text(0, escaped) + stop("end_turn") + kEnd, deltas);
        EXPECT_EQ(stream.take().text, shown) << "given '" << given << "', said '" << said << "'";
    }
}
}  // namespace
}  // namespace rondo::llm
