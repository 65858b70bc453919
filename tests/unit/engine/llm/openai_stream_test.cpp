#include "engine/llm/openai_stream.hpp"

#include "transcript.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
using wire::OpenAiStream;

std::string chunk(const std::string& delta, const std::string& finish = "null") {
    return R"({"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":)" + delta + R"(,"finish_reason":)" + finish +
           "}]}";
}
std::string says(const std::string& text) { return chunk(R"({"content":")" + text + "\"}"); }
std::string calls(const std::string& fragments) { return chunk(R"({"tool_calls":[)" + fragments + "]}"); }
std::string usage(const std::string& members) { return R"({"id":"c1","choices":[],"usage":{)" + members + "}}"; }
const std::string kStop = chunk("{}", R"("stop")");
const std::string kUsage = usage(R"("prompt_tokens":20,"completion_tokens":7,"total_tokens":27)");
const std::string kDone = "[DONE]";

struct Row {
    const char* claim;
    std::string bytes;
    const char* read;
};
class OpenAi : public testing::TestWithParam<Row> {};
TEST_P(OpenAi, ReadsAStream) { EXPECT_EQ(transcript<OpenAiStream>(GetParam().bytes), GetParam().read) << GetParam().claim; }

TEST_P(OpenAi, ReadsTheSameWhereverTheBytesAreCut) {
    const std::string_view bytes = GetParam().bytes;
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        EXPECT_EQ(transcript<OpenAiStream>({bytes.substr(0, cut), bytes.substr(cut)}), GetParam().read)
            << GetParam().claim << ", cut at " << cut;
    }
    std::vector<std::string_view> single;
    for (std::size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
    EXPECT_EQ(transcript<OpenAiStream>(single), GetParam().read) << GetParam().claim << ", byte by byte";
}

INSTANTIATE_TEST_SUITE_P(Text, OpenAi, testing::Values(
    Row{"a plain answer with its usage",
        events({chunk(R"({"role":"assistant","content":""})"), says("Because "), says("of light."), kStop, kUsage, kDone}),
        "Because of light. [stop] 20+0+0/7"},
    Row{"characters of several bytes",
        events({says("因为"), says("光🌈"), kStop, kUsage, kDone}), "因为光🌈 [stop] 20+0+0/7"},
    Row{"cached tokens are split from the rest of the prompt",
        events({says("a"), kStop, usage(R"("prompt_tokens":1200,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":1024})"), kDone}),
        "a [stop] 176+0+1024/7"},
    Row{"more cached than read cannot be: at most all of it was",
        events({says("a"), kStop, usage(R"("prompt_tokens":10,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":99})"), kDone}),
        "a [stop] 0+0+10/7"},
    Row{"reasoning is part of what was said",
        events({says("a"), kStop, usage(R"("prompt_tokens":20,"completion_tokens":70,"total_tokens":90,"completion_tokens_details":{"reasoning_tokens":60})"), kDone}),
        "a [stop] 20+0+0/70"},
    Row{"reasoning that the total counts beside is added",
        events({says("a"), kStop, usage(R"("prompt_tokens":20,"completion_tokens":7,"total_tokens":87,"completion_tokens_details":{"reasoning_tokens":60})"), kDone}),
        "a [stop] 20+0+0/67"},
    Row{"thoughts are not shown, but counted when nobody else does",
        events({chunk(R"({"reasoning_content":"blue light scatters"})"), says("Light"), kStop, kDone}), "Light [stop] ~9+0+0/7"},
    Row{"without usage we count", events({says("blue light"), kStop, kDone}), "blue light [stop] ~9+0+0/3"},
    Row{"a usage of nothing is not believed",
        events({says("blue light"), kStop, usage(R"("prompt_tokens":0,"completion_tokens":0)"), kDone}), "blue light [stop] ~9+0+0/3"},
    Row{"a negative usage is not believed",
        events({says("blue light"), kStop, usage(R"("prompt_tokens":20,"completion_tokens":-3)"), kDone}), "blue light [stop] ~20+0+0/3"},
    Row{"usage may come with every chunk, the last counts",
        events({R"({"choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":20,"completion_tokens":1}})", kStop, kUsage, kDone}),
        "a [stop] 20+0+0/7"},
    Row{"usage that is null so far",
        events({R"({"choices":[{"index":0,"delta":{"content":"a"}}],"usage":null})", kStop, kUsage, kDone}), "a [stop] 20+0+0/7"},
    Row{"other choices are not ours",
        events({R"({"choices":[{"index":1,"delta":{"content":"other"}},{"index":0,"delta":{"content":"a"}}]})", kStop, kUsage, kDone}),
        "a [stop] 20+0+0/7"}));

INSTANTIATE_TEST_SUITE_P(Ends, OpenAi, testing::Values(
    Row{"no sentinel, but a finish reason: whole", events({says("a"), kStop, kUsage}), "a [stop] 20+0+0/7"},
    Row{"neither: cut", events({says("a")}), "a FAILED PROVIDER_FAULT"},
    Row{"nothing at all: cut", "", " FAILED PROVIDER_FAULT"},
    Row{"the sentinel without a finish reason: cut", events({says("a"), kDone}), "a FAILED PROVIDER_FAULT"},
    Row{"what comes after the sentinel is not read", events({says("a"), kStop, kUsage, kDone, says("b")}), "a [stop] 20+0+0/7"},
    Row{"the last blank line may be missing", "data: " + says("a") + "\n\ndata: " + kStop, "a [stop] ~9+0+0/1"},
    Row{"cut amid a chunk", events({says("a")}) + "data: {\"choices\":[{\"ind", "a !1 FAILED PROVIDER_FAULT"},
    Row{"cut amid the usage, behind the finish reason", events({says("a"), kStop}) + "data: {\"usa", "a !1 [stop] ~9+0+0/1"},
    Row{"too long an answer is whole, as it says", events({says("a"), chunk("{}", R"("length")"), kUsage, kDone}), "a [length] 20+0+0/7"},
    Row{"an answer given up is not whole", events({says("a"), chunk("{}", R"("abort")"), kDone}), "a FAILED PROVIDER_FAULT"},
    Row{"a filter that stopped amid the answer", events({says("a"), chunk("{}", R"("content_filter")"), kUsage, kDone}), "a [content_filter] 20+0+0/7"},
    Row{"a filter that let nothing through", events({chunk("{}", R"("content_filter")"), kUsage, kDone}), " FAILED POLICY_REFUSAL"},
    Row{"a refusal in words is passed on", events({chunk(R"({"refusal":"I can't help."})"), kStop, kUsage, kDone}), "I can't help. [content_filter] 20+0+0/7"},
    Row{"an error amid the answer", events({says("a"), R"({"error":{"message":"x","type":"server_error","code":null}})", kDone}), "a FAILED PROVIDER_FAULT"},
    Row{"an overload amid the answer", events({says("a"), R"({"error":{"message":"x","code":429}})"}), "a FAILED PROVIDER_OVERLOADED"},
    Row{"an error as a word", events({says("a"), R"({"error":"loading model"})"}), "a FAILED PROVIDER_FAULT"},
    Row{"an error as an object", events({R"({"object":"error","message":"maximum context length is 4096","code":400})"}), " FAILED CONTEXT_TOO_LONG"}));

INSTANTIATE_TEST_SUITE_P(Form, OpenAi, testing::Values(
    Row{"lines may end in CR LF", "data: " + says("a") + "\r\n\r\ndata: " + kStop + "\r\n\r\ndata: [DONE]\r\n\r\n", "a [stop] ~9+0+0/1"},
    Row{"lines may end in CR", "data: " + says("a") + "\r\rdata: " + kStop + "\r\rdata: [DONE]\r\r", "a [stop] ~9+0+0/1"},
    Row{"the space behind the colon may be missing", "data:" + says("a") + "\n\ndata:" + kStop + "\n\ndata:[DONE]\n\n", "a [stop] ~9+0+0/1"},
    Row{"comments keep the line open", ": OPENROUTER PROCESSING\n\n" + events({says("a")}) + ":\n\n" + events({kStop, kDone}), "a [stop] ~9+0+0/1"},
    Row{"a chunk over several lines", "data: {\"choices\":\ndata: [{\"index\":0,\"delta\":{\"content\":\"a\"},\ndata: \"finish_reason\":\"stop\"}]}\n\n", "a [stop] ~9+0+0/1"},
    Row{"one chunk that is no JSON is skipped", events({says("a"), "{oops", says("b"), kStop, kUsage, kDone}), "ab !1 [stop] 20+0+0/7"},
    Row{"JSON that is no object is a bad chunk", events({says("a"), "17", kStop, kUsage, kDone}), "a !1 [stop] 20+0+0/7"},
    Row{"bytes that are no UTF-8 are a bad chunk", events({says("a"), says("\xFF\xFE"), kStop, kUsage, kDone}), "a !1 [stop] 20+0+0/7"},
    Row{"three are skipped", events({"x", "y", "z", says("a"), kStop, kUsage, kDone}), "a !3 [stop] 20+0+0/7"},
    Row{"a fourth is too many", events({"x", "y", "z", says("a"), "w", kStop, kUsage, kDone}), "a !4 FAILED PROVIDER_FAULT"},
    Row{"chunks with members of the wrong type say nothing", events({R"({"choices":{"a":1},"usage":[],"id":7})", says("a"), kStop, kUsage, kDone}), "a [stop] 20+0+0/7"}));

const std::string kFirst = R"({"index":0,"id":"a","type":"function","function":{"name":"look","arguments":""}})";
const std::string kSecond = R"({"index":1,"id":"b","type":"function","function":{"name":"find","arguments":"{}"}})";
std::string more(int index, const std::string& arguments) {
    return R"({"index":)" + std::to_string(index) + R"(,"function":{"arguments":")" + arguments + "\"}}";
}
const std::string kCalls = chunk("{}", R"("tool_calls")");
INSTANTIATE_TEST_SUITE_P(Tools, OpenAi, testing::Values(
    Row{"a call in fragments", events({calls(kFirst), calls(more(0, "{\\\"x\\\"")), calls(more(0, ":1}")), kCalls, kUsage, kDone}),
        " <a look {\"x\":1}> [tool_calls] 20+0+0/7"},
    Row{"two calls at once, interleaved", events({calls(kFirst + "," + kSecond), calls(more(0, "{")), calls(more(1, " ")), calls(more(0, "}")), kCalls, kUsage, kDone}),
        " <a look {}> <b find {} > [tool_calls] 20+0+0/7"},
    Row{"the second before the first", events({calls(kSecond), calls(kFirst), calls(more(0, "{}")), kCalls, kUsage, kDone}),
        " <a look {}> <b find {}> [tool_calls] 20+0+0/7"},
    Row{"text and a call", events({says("Let me see."), calls(kSecond), calls(kFirst), calls(more(0, "{}")), kCalls, kUsage, kDone}),
        "Let me see. <a look {}> <b find {}> [tool_calls] 20+0+0/7"},
    Row{"the id again with every fragment is the same call", events({calls(kFirst), calls(R"({"index":0,"id":"a","function":{"name":"look","arguments":"{}"}})"), kCalls, kUsage, kDone}),
        " <a look {}> [tool_calls] 20+0+0/7"},
    Row{"one id for two calls gets the second an id of its own", events({calls(kSecond), calls(R"({"index":0,"id":"b","function":{"name":"look","arguments":"{}"}})"), kCalls, kUsage, kDone}),
        " <b-2 look {}> <b find {}> [tool_calls] 20+0+0/7"},
    Row{"one index for two calls gets the second an index of its own",
        events({calls(kFirst), calls(more(0, "[1]")), calls(R"({"index":0,"id":"c","function":{"name":"find","arguments":""}})"), calls(more(0, "[2]")), kCalls, kUsage, kDone}),
        " <a look [1]> <c find [2]> [tool_calls] 20+0+0/7"},
    Row{"whole calls without an index are calls of their own",
        events({calls(R"({"id":"","function":{"name":"look","arguments":"1"}},{"id":"","function":{"name":"look","arguments":"2"}})"), kCalls, kUsage, kDone}),
        " <call_0 look 1> <call_1 look 2> [tool_calls] 20+0+0/7"},
    Row{"the older function call", events({chunk(R"({"function_call":{"name":"look","arguments":"{"}})"), chunk(R"({"function_call":{"arguments":"}"}})"), chunk("{}", R"("function_call")"), kUsage, kDone}),
        " <call_0 look {}> [tool_calls] 20+0+0/7"},
    Row{"a chunk that was lost amid the arguments is found out", events({calls(kFirst), calls(more(0, "{")), "{lost", kCalls, kUsage, kDone}),
        " <a look {> !1 FAILED PROVIDER_FAULT"},
    Row{"arguments that the model left open are its own affair", events({calls(kFirst), calls(more(0, "{")), kCalls, kUsage, kDone}),
        " <a look {> [tool_calls] 20+0+0/7"}));

TEST(OpenAiBounds, AnEventBeyondTheLimitIsAFault) {
    const auto bytes = events({says(std::string(2'000, 'x')), kStop, kDone});
    EXPECT_EQ(transcript<OpenAiStream>({bytes}, {.max_event_bytes = 1'000}), " FAILED PROVIDER_FAULT");
}

TEST(OpenAiBounds, AnAnswerBeyondTheLimitIsAFault) {
    std::vector<std::string> datas(30, says("0123456789"));
    datas.push_back(kStop);
    const auto bytes = events(datas);
    EXPECT_TRUE(transcript<OpenAiStream>({bytes}, {.max_answer_bytes = 299}).ends_with("FAILED PROVIDER_FAULT"));
    EXPECT_TRUE(transcript<OpenAiStream>({bytes}, {.max_answer_bytes = 300}).contains("[stop]"));
}

TEST(OpenAiBounds, MoreCallsThanAnybodyNeedsAreAFault) {
    std::vector<std::string> datas;
    for (int i = 0; i <= 128; ++i)
        datas.push_back(calls(R"({"index":)" + std::to_string(i) + R"(,"id":"i","function":{"name":"f","arguments":"{}"}})"));
    datas.push_back(kCalls);
    const auto bytes = events(datas);
    EXPECT_TRUE(transcript<OpenAiStream>(bytes).ends_with("FAILED PROVIDER_FAULT"));
}
}  // namespace
}  // namespace rondo::llm
