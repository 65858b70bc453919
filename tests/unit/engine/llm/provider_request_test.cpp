#include "engine/llm/anthropic_request.hpp"
#include "engine/llm/openai_request.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
using wire::PrefillStyle;
using wire::RequestOptions;

Message user(std::string text) { return {.role = Message::Role::user, .text = std::move(text)}; }
Message assistant(std::string text) { return {.role = Message::Role::assistant, .text = std::move(text)}; }
Message calls(std::string text, std::string arguments) {
    return {.role = Message::Role::assistant, .text = std::move(text), .tool_calls = {{"t1", "look", std::move(arguments)}}};
}
Message answers(std::string text) { return {.role = Message::Role::tool, .text = std::move(text), .tool_call_id = "t1"}; }
Message instructs(std::string text) { return {.role = Message::Role::system, .text = std::move(text)}; }
SystemBlock fixed(const char* text) { return {std::make_shared<const std::string>(text), true}; }
SystemBlock changing(const char* text) { return {std::make_shared<const std::string>(text), false}; }
const Tool kLook{"look", "looks", R"({"type":"object"})"};

struct Row {
    const char* claim;
    ModelRequest request;
    const char* written;  // "": refused
    PrefillStyle prefill{PrefillStyle::none};
    bool stream{false};
};
/// Short texts pass the minimum, so that marks show.
RequestOptions options(const Row& row) {
    return {.model = "m", .stream = row.stream, .prefill = row.prefill, .layout = {.minimum = Tokens{3}}, .default_max_tokens = 64};
}
void expect_written(const Row& row, const Result<std::string>& written) {
    EXPECT_EQ(written.value_or(""), row.written) << row.claim;
    if (!written) EXPECT_EQ(written.error().reason, "PROVIDER_REFUSED_REQUEST") << row.claim;
}

class OpenAiRequest : public testing::TestWithParam<Row> {};
TEST_P(OpenAiRequest, IsWritten) { expect_written(GetParam(), wire::openai_request_json(GetParam().request, options(GetParam()))); }

INSTANTIATE_TEST_SUITE_P(Llm, OpenAiRequest, testing::Values(
    Row{"a question", {.model = {}, .messages = {user("why")}}, R"({"model":"m","messages":[{"role":"user","content":"why"}]})"},
    Row{"a stream asks for its usage", {.model = {}, .messages = {user("why")}},
        R"({"model":"m","messages":[{"role":"user","content":"why"}],"stream":true,"stream_options":{"include_usage":true}})", PrefillStyle::none, true},
    Row{"instructions are one message: fixed, changing, sources", {.model = {}, .system = {changing("now"), fixed("a"), fixed("b")}, .messages = {user("why")}, .sources = {"s"}},
        R"({"model":"m","messages":[{"role":"system","content":"a\n\nb\n\nnow\n\nSources, best first:\n[1] s"},{"role":"user","content":"why"}]})"},
    Row{"a call and its answer", {.model = {}, .messages = {user("why"), calls("", ""), answers("blue")}},
        R"({"model":"m","messages":[{"role":"user","content":"why"},{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","content":"blue","tool_call_id":"t1"}]})"},
    Row{"tools, left to the model", {.model = {}, .messages = {user("why")}, .tools = {kLook}},
        R"({"model":"m","messages":[{"role":"user","content":"why"}],"tools":[{"type":"function","function":{"name":"look","description":"looks","parameters":{"type":"object"}}}]})"},
    Row{"one tool, wanted by name, without a schema", {.model = {}, .messages = {user("why")}, .tools = {{"look", "", ""}}, .tool_choice = {ToolChoice::Kind::named, "look"}},
        R"({"model":"m","messages":[{"role":"user","content":"why"}],"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{}}}}],"tool_choice":{"type":"function","function":{"name":"look"}}})"},
    Row{"a choice without tools is none", {.model = {}, .messages = {user("why")}, .tool_choice = {ToolChoice::Kind::any}}, R"({"model":"m","messages":[{"role":"user","content":"why"}]})"},
    Row{"sampling", {.model = {}, .messages = {user("why")}, .sampling = {.max_tokens = 9, .temperature = 0.5, .top_p = 0.9, .stop = {"END"}, .seed = 7}},
        R"({"model":"m","messages":[{"role":"user","content":"why"}],"max_tokens":9,"temperature":0.5,"top_p":0.9,"stop":["END"],"seed":7})"},
    Row{"a prefill for who cannot continue is left out", {.model = {}, .messages = {user("why")}, .prefill = "Be"}, R"({"model":"m","messages":[{"role":"user","content":"why"}]})"},
    Row{"a prefill", {.model = {}, .messages = {user("why")}, .prefill = "Be"},
        R"({"model":"m","messages":[{"role":"user","content":"why"},{"role":"assistant","content":"Be"}]})", PrefillStyle::trailing},
    Row{"a prefill as vLLM wants it", {.model = {}, .messages = {user("why")}, .prefill = "Be"},
        R"({"model":"m","messages":[{"role":"user","content":"why"},{"role":"assistant","content":"Be"}],"continue_final_message":true,"add_generation_prompt":false})", PrefillStyle::flagged},
    Row{"further members of the same dialect, never over ours",
        {.model = {}, .messages = {user("why")}, .dialect = Dialect::openai, .extra = R"({"top_k":4,"model":"other","messages":[],"stream":true,"tools":[1]})"},
        R"({"model":"m","messages":[{"role":"user","content":"why"}],"top_k":4})"},
    Row{"further members of another dialect are not ours", {.model = {}, .messages = {user("why")}, .dialect = Dialect::anthropic, .extra = R"({"top_k":4})"},
        R"({"model":"m","messages":[{"role":"user","content":"why"}]})"},
    Row{"parts of the same dialect", {.model = {}, .messages = {{.text = "why", .parts = R"([{"type":"image_url"}])"}}, .dialect = Dialect::openai},
        R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url"}]}]})"},
    Row{"parts of another dialect are refused", {.model = {}, .messages = {{.text = "why", .parts = R"([{"type":"image"}])"}}, .dialect = Dialect::anthropic}, ""},
    Row{"parts that are no array are refused", {.model = {}, .messages = {{.text = "why", .parts = "{}"}}, .dialect = Dialect::openai}, ""},
    Row{"a schema that is no object is refused", {.model = {}, .messages = {user("why")}, .tools = {{"look", "", "[]"}}}, ""},
    Row{"no message is refused", {}, ""},
    Row{"several answers at once are refused", {.model = {}, .messages = {user("why")}, .dialect = Dialect::openai, .extra = R"({"n":2})"}, ""},
    Row{"one answer may be asked for", {.model = {}, .messages = {user("why")}, .dialect = Dialect::openai, .extra = R"({"n":1})"},
        R"({"model":"m","messages":[{"role":"user","content":"why"}],"n":1})"}));

TEST(OpenAiRequest, NewerModelsNameTheBoundOtherwise) {
    const ModelRequest request{.model = {}, .messages = {user("why")}, .sampling = {.max_tokens = 9}};
    const auto written = wire::openai_request_json(request, {.model = "m", .stream = false, .max_tokens_name = "max_completion_tokens"});
    EXPECT_EQ(written.value_or(""), R"({"model":"m","messages":[{"role":"user","content":"why"}],"max_completion_tokens":9})");
}

TEST(OpenAiRequest, EmbeddingsAreAskedForAsNumbers) {
    EXPECT_EQ(wire::openai_embeddings_json({"a", "光"}, "e"), R"({"model":"e","input":["a","光"],"encoding_format":"float"})");
    EXPECT_EQ(wire::openai_embeddings_json({"a"}, "e", 256), R"({"model":"e","input":["a"],"encoding_format":"float","dimensions":256})");
}

class AnthropicRequest : public testing::TestWithParam<Row> {};
TEST_P(AnthropicRequest, IsWritten) { expect_written(GetParam(), wire::anthropic_request_json(GetParam().request, options(GetParam()))); }

INSTANTIATE_TEST_SUITE_P(Llm, AnthropicRequest, testing::Values(
    Row{"a question, with the bound the API wants", {.model = {}, .messages = {user("why")}},
        R"({"model":"m","max_tokens":64,"messages":[{"role":"user","content":[{"type":"text","text":"why"}]}]})"},
    Row{"a stream", {.model = {}, .messages = {user("why")}},
        R"({"model":"m","max_tokens":64,"messages":[{"role":"user","content":[{"type":"text","text":"why"}]}],"stream":true})", PrefillStyle::none, true},
    Row{"fixed instructions are marked, what changes comes behind",
        {.model = {}, .system = {fixed("一二三"), changing("now")}, .messages = {user("why")}, .sources = {"s"}},
        R"({"model":"m","max_tokens":64,"system":[{"type":"text","text":"一二三","cache_control":{"type":"ephemeral"}},{"type":"text","text":"now\n\nSources, best first:\n[1] s"}],"messages":[{"role":"user","content":[{"type":"text","text":"why"}]}]})"},
    Row{"too short to be cached: no mark", {.model = {}, .system = {fixed("一二")}, .messages = {user("why")}},
        R"({"model":"m","max_tokens":64,"system":[{"type":"text","text":"一二"}],"messages":[{"role":"user","content":[{"type":"text","text":"why"}]}]})"},
    Row{"instructions amid the messages are instructions", {.model = {}, .messages = {user("why"), instructs("be brief"), user("so")}},
        R"({"model":"m","max_tokens":64,"system":[{"type":"text","text":"be brief"}],"messages":[{"role":"user","content":[{"type":"text","text":"why"},{"type":"text","text":"so"}]}]})"},
    Row{"a call, its answer and the next question", {.model = {}, .messages = {user("why"), calls("hm", R"({"x":1})"), answers("blue"), user("so")}},
        R"({"model":"m","max_tokens":64,"messages":[{"role":"user","content":[{"type":"text","text":"why"}]},{"role":"assistant","content":[{"type":"text","text":"hm"},{"type":"tool_use","id":"t1","name":"look","input":{"x":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"blue"}]},{"type":"text","text":"so"}]}]})"},
    Row{"arguments that are no JSON are shown as they are", {.model = {}, .messages = {user("why"), calls("", "{x"), answers("")}},
        R"({"model":"m","max_tokens":64,"messages":[{"role":"user","content":[{"type":"text","text":"why"}]},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"look","input":{"arguments":"{x"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1"}]}]})"},
    Row{"a conversation the assistant begins", {.model = {}, .messages = {assistant("hello"), user("why")}},
        R"~({"model":"m","max_tokens":64,"messages":[{"role":"user","content":[{"type":"text","text":"(begin)"}]},{"role":"assistant","content":[{"type":"text","text":"hello"}]},{"role":"user","content":[{"type":"text","text":"why"}]}]})~"},
    Row{"empty messages are left out", {.model = {}, .messages = {user("why"), assistant(""), user("so")}},
        R"({"model":"m","max_tokens":64,"messages":[{"role":"user","content":[{"type":"text","text":"why"},{"type":"text","text":"so"}]}]})"},
    Row{"tools and a choice", {.model = {}, .messages = {user("why")}, .tools = {kLook}, .tool_choice = {ToolChoice::Kind::any}},
        R"({"model":"m","max_tokens":64,"messages":[{"role":"user","content":[{"type":"text","text":"why"}]}],"tools":[{"name":"look","description":"looks","input_schema":{"type":"object"}}],"tool_choice":{"type":"any"}})"},
    Row{"sampling: at most 1, one of two, no seed", {.model = {}, .messages = {user("why")}, .sampling = {.max_tokens = 9, .temperature = 1.5, .top_p = 0.9, .stop = {"END"}, .seed = 7}},
        R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"why"}]}],"temperature":1,"stop_sequences":["END"]})"},
    Row{"a prefill goes without its last blanks", {.model = {}, .messages = {user("why")}, .prefill = "Be "},
        R"({"model":"m","max_tokens":64,"messages":[{"role":"user","content":[{"type":"text","text":"why"}]},{"role":"assistant","content":[{"type":"text","text":"Be"}]}]})", PrefillStyle::trailing},
    Row{"further members, never over ours", {.model = {}, .messages = {user("why")}, .dialect = Dialect::anthropic, .extra = R"({"top_k":4,"max_tokens":1,"system":"x"})"},
        R"({"model":"m","max_tokens":64,"messages":[{"role":"user","content":[{"type":"text","text":"why"}]}],"top_k":4})"},
    Row{"marks of the caller's own count towards the four",
        {.model = {}, .system = {fixed("一二三")}, .messages = {{.text = "why", .parts = R"([{"cache_control":1},{"cache_control":1},{"cache_control":1},{"cache_control":1}])"}}, .dialect = Dialect::anthropic},
        R"({"model":"m","max_tokens":64,"system":[{"type":"text","text":"一二三"}],"messages":[{"role":"user","content":[{"cache_control":1},{"cache_control":1},{"cache_control":1},{"cache_control":1}]}]})"},
    Row{"parts of another dialect are refused", {.model = {}, .messages = {{.text = "why", .parts = "[]"}}, .dialect = Dialect::openai}, ""},
    Row{"nothing but instructions is refused", {.model = {}, .messages = {instructs("be brief")}}, ""}));
}  // namespace
}  // namespace rondo::llm
