#include "engine/llm/anthropic_answer.hpp"
#include "engine/llm/openai_answer.hpp"
#include "transcript.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
/// As transcript(), for an answer in one piece.
std::string line(const wire::WholeOutcome& read) {
    if (!read) return "FAILED " + read.error().error.reason;
    const auto& whole = read->completion;
    std::string joined;
    for (const Delta& delta : read->deltas) joined += delta.text;
    if (joined != whole.text) return "the deltas are not the completion";
    std::string all = whole.text;
    for (const ToolCall& call : whole.tool_calls) all += " <" + call.id + " " + call.name + " " + call.arguments + ">";
    const auto& usage = read->bill.usage;
    return all + " [" + whole.finish_reason + "] " + (read->bill.estimated ? "~" : "") + std::to_string(usage.input.count) + "+" +
           std::to_string(usage.cache_write.count) + "+" + std::to_string(usage.cache_read.count) + "/" +
           std::to_string(usage.output.count);
}

struct Row {
    const char* claim;
    std::string body;
    const char* read;
};
std::string openai(const std::string& message, const std::string& finish = R"("stop")",
                   const std::string& usage = R"({"prompt_tokens":20,"completion_tokens":7})") {
    return R"({"id":"c1","object":"chat.completion","choices":[{"index":0,"message":)" + message + R"(,"finish_reason":)" + finish +
           R"(}],"usage":)" + usage + "}";
}
class OpenAiAnswer : public testing::TestWithParam<Row> {};
TEST_P(OpenAiAnswer, IsRead) {
    EXPECT_EQ(line(wire::read_openai_answer(GetParam().body, question())), GetParam().read) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Llm, OpenAiAnswer, testing::Values(
    Row{"a plain answer", openai(R"({"role":"assistant","content":"Light."})"), "Light. [stop] 20+0+0/7"},
    Row{"a call", openai(R"({"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"look","arguments":"{}"}}]})", R"("tool_calls")"), " <a look {}> [tool_calls] 20+0+0/7"},
    Row{"two calls with one id", openai(R"({"tool_calls":[{"id":"a","function":{"name":"look","arguments":"1"}},{"id":"a","function":{"name":"look","arguments":"2"}}]})", R"("tool_calls")"),
        " <a look 1> <a-2 look 2> [tool_calls] 20+0+0/7"},
    Row{"no usage", openai(R"({"content":"blue light"})", R"("stop")", "null"), "blue light [stop] ~9+0+0/3"},
    Row{"a refusal in words", openai(R"({"content":null,"refusal":"No."})"), "No. [content_filter] 20+0+0/7"},
    Row{"a refusal without", openai(R"({"content":""})", R"("content_filter")"), "FAILED POLICY_REFUSAL"},
    Row{"no finish reason: broken off", openai(R"({"content":"Li"})", "null"), "FAILED PROVIDER_FAULT"},
    Row{"cut", R"({"id":"c1","choices":[{"index":0,"mess)", "FAILED PROVIDER_FAULT"},
    Row{"nothing", "", "FAILED PROVIDER_FAULT"},
    Row{"no choice", R"({"choices":[]})", "FAILED PROVIDER_FAULT"},
    Row{"an error under a status of 200", R"({"error":{"type":"rate_limit_error"}})", "FAILED PROVIDER_OVERLOADED"},
    Row{"an error with a number", R"({"error":{"code":400,"message":"maximum context length"}})", "FAILED CONTEXT_TOO_LONG"}));

std::string anthropic(const std::string& content, const std::string& stop = R"("end_turn")") {
    return R"({"id":"m1","type":"message","role":"assistant","content":)" + content + R"(,"stop_reason":)" + stop +
           R"(,"usage":{"input_tokens":20,"output_tokens":7,"cache_read_input_tokens":3,"cache_creation_input_tokens":2}})";
}
class AnthropicAnswer : public testing::TestWithParam<Row> {};
TEST_P(AnthropicAnswer, IsRead) {
    EXPECT_EQ(line(wire::read_anthropic_answer(GetParam().body, question())), GetParam().read) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Llm, AnthropicAnswer, testing::Values(
    Row{"a plain answer", anthropic(R"([{"type":"text","text":"Light."}])"), "Light. [stop] 20+2+3/7"},
    Row{"thinking is not shown", anthropic(R"([{"type":"thinking","thinking":"hm"},{"type":"text","text":"Light."}])"), "Light. [stop] 20+2+3/7"},
    Row{"a call behind a text", anthropic(R"([{"type":"text","text":"See."},{"type":"tool_use","id":"t","name":"look","input":{"x":1}}])", R"("tool_use")"), "See. <t look {\"x\":1}> [tool_calls] 20+2+3/7"},
    Row{"a call without arguments, as in a stream", anthropic(R"([{"type":"tool_use","id":"t","name":"look","input":{}}])", R"("tool_use")"), " <t look {}> [tool_calls] 20+2+3/7"},
    Row{"no stop reason: broken off", anthropic(R"([{"type":"text","text":"Li"}])", "null"), "FAILED PROVIDER_FAULT"},
    Row{"a refusal", anthropic("[]", R"("refusal")"), "FAILED POLICY_REFUSAL"},
    Row{"an error", R"({"type":"error","error":{"type":"overloaded_error"}})", "FAILED PROVIDER_OVERLOADED"},
    Row{"no content", R"({"type":"message"})", "FAILED PROVIDER_FAULT"}));

class Embeddings : public testing::TestWithParam<Row> {};
TEST_P(Embeddings, AreRead) {
    const auto read = wire::read_openai_embeddings(GetParam().body, {"blue", "light"});
    std::string line;
    for (std::size_t i = 0; read && i < read->vectors.size(); ++i) {
        for (const float each : read->vectors[i]) line += std::to_string(static_cast<int>(each)) + ' ';
        line += "; ";
    }
    line += read ? (read->usage_estimated ? "~" : "") + std::to_string(read->usage.input.count) : read.error().error.reason;
    EXPECT_EQ(line, GetParam().read) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Llm, Embeddings, testing::Values(
    Row{"in order",               R"({"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[3,4]}],"usage":{"prompt_tokens":9}})", "1 2 ; 3 4 ; 9"},
    Row{"out of order",           R"({"data":[{"index":1,"embedding":[3,4]},{"index":0,"embedding":[1,2]}],"usage":{"prompt_tokens":9}})", "1 2 ; 3 4 ; 9"},
    Row{"without index or usage", R"({"data":[{"embedding":[1]},{"embedding":[3]}]})", "1 ; 3 ; ~3"},
    Row{"one is missing",         R"({"data":[{"index":0,"embedding":[1,2]}]})", "PROVIDER_FAULT"},
    Row{"one comes twice",        R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[3]}]})", "PROVIDER_FAULT"},
    Row{"beyond the texts",       R"({"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[3]}]})", "PROVIDER_FAULT"},
    Row{"an empty one",           R"({"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[3]}]})", "PROVIDER_FAULT"},
    Row{"different lengths",      R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[3,4]}]})", "PROVIDER_FAULT"},
    Row{"words for numbers",      R"({"data":[{"index":0,"embedding":["a"]},{"index":1,"embedding":[3]}]})", "PROVIDER_FAULT"},
    Row{"an error",               R"({"error":{"type":"invalid_request_error"}})", "PROVIDER_REFUSED_REQUEST"}));
}  // namespace
}  // namespace rondo::llm
