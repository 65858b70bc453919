#include "engine/llm/anthropic_target.hpp"
#include "engine/llm/openai_target.hpp"
#include "scripted_transport.hpp"
#include "support/loop.hpp"
#include "transcript.hpp"

#include <gtest/gtest.h>

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;
using Script = ScriptedTransport::Script;

std::string says(const std::string& text) { return events({R"({"id":"c1","choices":[{"index":0,"delta":{"content":")" + text + "\"}}]}"}); }
const std::string kStop = events({R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"});
const std::string kUsage = events({R"({"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":7}})"});
const std::string kDone = events({"[DONE]"});
const TargetConfig kConfig{.base_url = "http://h/v1", .model = "m"};
const std::vector<net::Header> kJson{{"content-type", "application/json"}};
const std::string kWhole =
    R"({"id":"c1","choices":[{"index":0,"message":{"content":"Light."},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":7}})";

/// One attempt at a scripted provider.
struct Stage {
    ManualClock clock;
    support::Loop loop;
    std::shared_ptr<ScriptedTransport> wire;
    std::string heard;
    std::string neighbours;  ///< of each piece that says something: "+" where the next one is there already, else "."
    std::size_t sink_fails_after{1'000};
    std::size_t pieces{0};  ///< the sink was given

    template <class T = OpenAiTarget>
    Target::Outcome ask(Script script, bool streamed = true, CallContext ctx = {}, TargetConfig config = kConfig) {
        wire = std::make_shared<ScriptedTransport>(clock, std::move(script));
        T target{"main", std::move(config), ApiKey{"sk-1"}, wire};
        pieces = 0;
        DeltaSink sink;
        if (streamed) {
            sink = [&](Delta delta) -> asio::awaitable<Status> {
                if (!delta.text.empty()) neighbours += delta.more ? "+" : ".";
                if (pieces++ >= sink_fails_after) co_return fail(Code::cancelled, "the reader left");
                heard += delta.text;
                co_return Status{};
            };
        }
        const auto request = question();
        return loop.wait(target.attempt(request, sink, ctx));
    }
};

std::string line(const Target::Outcome& outcome) {
    const auto figures = [](const ledger::Usage& usage, bool estimated) {
        return std::string{estimated ? " ~" : " "} + std::to_string(usage.input.count) + "/" + std::to_string(usage.output.count);
    };
    if (outcome) return outcome->text + " [" + outcome->finish_reason + "]" + figures(outcome->usage, outcome->usage_estimated);
    const auto& failure = outcome.error();
    return std::string{name(failure.error_class)} + " " + failure.error.reason + figures(failure.usage, failure.usage_estimated) +
           (failure.head_seen ? " head" : "");
}

struct Row {
    const char* claim;
    Script script;
    const char* outcome;
    const char* heard;
    bool streamed{true};
    std::chrono::milliseconds left{60'000};  // until the caller's deadline
};
class Attempts : public testing::TestWithParam<Row> {};
TEST_P(Attempts, EndInOneOfThreeWays) {
    Stage stage;
    CallContext ctx;
    ctx.deadline = Clock::now() + GetParam().left;
    EXPECT_EQ(line(stage.ask(GetParam().script, GetParam().streamed, ctx)), GetParam().outcome) << GetParam().claim;
    EXPECT_EQ(stage.heard, GetParam().heard) << GetParam().claim;
}

INSTANTIATE_TEST_SUITE_P(Whole, Attempts, testing::Values(
    Row{"a stream", {.body = {bytes(says("Li")), bytes(says("ght.") + kStop), bytes(kUsage + kDone)}}, "Light. [stop] 20/7", "Light."},
    Row{"an answer in one piece", {.headers = kJson, .body = {bytes(kWhole.substr(0, 9)), bytes(kWhole.substr(9))}}, "Light. [stop] 20/7", "", false},
    Row{"a stream was wanted and JSON came", {.headers = kJson, .body = {bytes(kWhole)}}, "Light. [stop] 20/7", "Light."},
    Row{"JSON was wanted and a stream came", {.body = {bytes(says("Light.") + kStop + kUsage + kDone)}}, "Light. [stop] 20/7", "", false},
    Row{"cut behind the finish reason", {.body = {bytes(says("Light.") + kStop), breaks(Code::unavailable)}}, "Light. [stop] ~9/3", "Light."},
    Row{"silent behind the finish reason", {.body = {bytes(says("Light.") + kStop), wait(60s)}}, "Light. [stop] ~9/3", "Light."},
    Row{"stopped behind the finish reason", {.body = {bytes(says("Light.") + kStop), breaks(Code::cancelled)}}, "Light. [stop] ~9/3", "Light."},
    Row{"slow: the clocks are the gateway's", {.before_head = {wait(20s)}, .body = {bytes(says("a")), wait(20s), bytes(says("b") + kStop + kUsage + kDone)}}, "ab [stop] 20/7", "ab"},
    Row{"one JSON answer may take its time", {.before_head = {wait(40s)}, .headers = kJson, .body = {bytes(kWhole)}}, "Light. [stop] 20/7", "", false}));

INSTANTIATE_TEST_SUITE_P(Broken, Attempts, testing::Values(
    Row{"refused before the head", {.before_head = {breaks(Code::unavailable)}}, "provider_fault PROVIDER_FAULT 0/0", ""},
    Row{"no connection free", {.before_head = {breaks(Code::resource_exhausted)}}, "overloaded PROVIDER_OVERLOADED 0/0", ""},
    Row{"our caller gave up before the head", {.before_head = {breaks(Code::cancelled)}}, "cancelled  0/0", ""},
    Row{"reset behind the head", {.body = {breaks(Code::unavailable)}}, "provider_fault PROVIDER_FAULT ~9/0 head", ""},
    Row{"ended behind the head", {}, "provider_fault PROVIDER_FAULT 0/0 head", ""},
    Row{"reset amid the answer: what was said is billed", {.body = {bytes(says("blue light")), breaks(Code::unavailable)}}, "provider_fault PROVIDER_FAULT ~9/3 head", "blue light"},
    Row{"ended amid the answer", {.body = {bytes(says("blue light"))}}, "provider_fault PROVIDER_FAULT ~9/3 head", "blue light"},
    Row{"the sentinel amid the answer", {.body = {bytes(says("blue light") + kDone)}}, "provider_fault PROVIDER_FAULT ~9/3 head", "blue light"},
    Row{"our caller gave up amid the answer", {.body = {bytes(says("blue light")), breaks(Code::cancelled)}}, "cancelled  ~9/3 head", "blue light"},
    Row{"one JSON answer, cut", {.headers = kJson, .body = {bytes(kWhole.substr(0, 40)), breaks(Code::unavailable)}}, "provider_fault PROVIDER_FAULT ~9/0 head", "", false},
    Row{"one JSON answer, ended early", {.headers = kJson, .body = {bytes(kWhole.substr(0, 40))}}, "provider_fault PROVIDER_FAULT 0/0 head", "", false},
    Row{"an error in the stream at once is not billed", {.body = {bytes(events({R"({"error":{"type":"rate_limit_exceeded"}})"}))}}, "overloaded PROVIDER_OVERLOADED 0/0 head", ""},
    Row{"an error for an answer", {.headers = kJson, .body = {bytes(R"({"error":{"type":"server_error"}})")}}, "provider_fault PROVIDER_FAULT 0/0 head", ""},
    Row{"a page for an answer", {.headers = {{"content-type", "text/html"}}, .body = {bytes("<html>")}}, "provider_fault PROVIDER_FAULT 0/0 head", ""},
    Row{"a status of 400", {.status = 400, .headers = kJson, .body = {bytes(R"({"error":{"code":"context_length_exceeded"}})")}}, "caller_fault CONTEXT_TOO_LONG 0/0", ""},
    Row{"a status of 503 whose body never comes", {.status = 503, .body = {wait(60s)}}, "overloaded PROVIDER_OVERLOADED 0/0", ""},
    Row{"a redirect", {.status = 302}, "provider_fault PROVIDER_FAULT 0/0", ""}));

INSTANTIATE_TEST_SUITE_P(Silent, Attempts, testing::Values(
    Row{"no head before the deadline", {.before_head = {wait(60s)}}, "timeout PROVIDER_SILENT 0/0", ""},
    Row{"a head and no first token", {.body = {wait(60s)}}, "timeout PROVIDER_SILENT ~9/0 head", ""},
    Row{"a stall amid the answer", {.body = {bytes(says("blue light")), wait(60s), bytes(says("late"))}}, "timeout PROVIDER_SILENT ~9/3 head", "blue light"},
    Row{"too long in all", {.body = {bytes(says("a")), wait(400ms), bytes(says("a")), wait(400ms), bytes(says("a")), wait(400ms), bytes(says("a"))}},
        "timeout PROVIDER_SILENT ~9/1 head", "aaa", true, 1s},
    Row{"one JSON answer that never comes", {.before_head = {wait(60s)}}, "timeout PROVIDER_SILENT 0/0", "", false}));

TEST(Attempt, TellsThoughtsAsSignsOfLifeAndPingsNotAtAll) {
    const std::string thought = events({R"({"choices":[{"delta":{"reasoning_content":"hm"}}]})"});
    Stage stage;
    const auto outcome = stage.ask(
        {.body = {bytes(": ping\n\n"), bytes(thought), bytes(": ping\n\n"), bytes(thought + says("a")), bytes(kStop + kUsage + kDone)}});
    EXPECT_EQ(line(outcome), "a [stop] 20/7");
    EXPECT_EQ(stage.pieces, 2U) << "an empty one, and the text, which says enough of itself";
}

TEST(Attempt, TellsWhichPiecesCameTogether) {
    Stage stage;
    (void)stage.ask({.body = {bytes(says("a") + says("b") + says("c")), bytes(says("d") + says("")), bytes(kStop + kDone)}});
    EXPECT_EQ(stage.heard, "abcd");
    EXPECT_EQ(stage.neighbours, "++..") << "a sign of life is not waited for";
}

TEST(Attempt, AReaderThatLeavesEndsItAndPaysForWhatWasSaid) {
    Stage stage;
    stage.sink_fails_after = 1;
    const auto outcome = stage.ask({.body = {bytes(says("blue") + says(" light")), bytes(kStop + kUsage + kDone)}});
    EXPECT_EQ(line(outcome), "cancelled  ~9/3 head");
    EXPECT_EQ(outcome.error().error.message, "the reader left");
    EXPECT_FALSE(stage.wire->read_to_end);
}

TEST(Attempt, ReadsTheBodyToItsEndSoThatTheConnectionIsKept) {
    Stage stage;
    ASSERT_TRUE(stage.ask({.body = {bytes(says("a") + kStop + kUsage + kDone)}}));
    EXPECT_TRUE(stage.wire->read_to_end);
}

TEST(Attempt, DoesNotWaitForAnEndThatDoesNotCome) {
    Stage stage;
    const auto before = Clock::now();
    EXPECT_TRUE(stage.ask({.body = {bytes(says("a") + kStop + kUsage + kDone), wait(60s)}}));
    EXPECT_LE(Clock::now() - before, 50ms);
}

TEST(Attempt, PassesOnWhenToComeBack) {
    Stage stage;
    const auto outcome = stage.ask({.status = 429, .headers = {{"retry-after", "7"}}});
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().retry_after, 7s);
}

TEST(Attempt, NamesWhatIsBilledAndWhoAnswered) {
    Stage stage;
    const auto outcome = stage.ask({.body = {bytes(says("a") + kStop + kUsage + kDone)}});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->model, "m");
    EXPECT_EQ(outcome->target, "main");
    EXPECT_EQ(outcome->id, "c1");
}

struct Sent {
    const char* claim;
    TargetConfig config;
    const char* path;
    const char* header;
    const char* value;
};
class Requests : public testing::TestWithParam<Sent> {};
TEST_P(Requests, GoWhereTheProviderWantsThem) {
    Stage stage;
    const auto& row = GetParam();
    TargetConfig config = row.config;
    config.model = "m";
    if (config.kind == "anthropic") (void)stage.ask<AnthropicTarget>({}, true, {}, config);
    else (void)stage.ask<OpenAiTarget>({}, true, {}, config);
    EXPECT_EQ(stage.wire->sent.target, row.path) << row.claim;
    EXPECT_EQ(net::find_header(stage.wire->sent.headers, row.header), row.value) << row.claim;
}
INSTANTIATE_TEST_SUITE_P(Llm, Requests, testing::Values(
    Sent{"OpenAI",                   {.base_url = "https://api.openai.com/v1"}, "/chat/completions", "authorization", "Bearer sk-1"},
    Sent{"an organization",          {.base_url = "https://api.openai.com/v1", .organization = "o"}, "/chat/completions", "openai-organization", "o"},
    Sent{"a project",                {.base_url = "https://api.openai.com/v1", .project = "p"}, "/chat/completions", "openai-project", "p"},
    Sent{"Azure",                    {.base_url = "https://x.azure.com/openai/deployments/d?api-version=1"}, "/chat/completions?api-version=1", "api-key", "sk-1"},
    Sent{"Azure has no bearer",      {.base_url = "https://x.azure.com/openai/deployments/d?api-version=1"}, "/chat/completions?api-version=1", "authorization", ""},
    Sent{"Anthropic",                {.kind = "anthropic", .base_url = "https://api.anthropic.com"}, "/v1/messages", "x-api-key", "sk-1"},
    Sent{"Anthropic's version",      {.kind = "anthropic", .base_url = "https://api.anthropic.com"}, "/v1/messages", "anthropic-version", "2023-06-01"},
    Sent{"an address with version",  {.kind = "anthropic", .base_url = "https://api.anthropic.com/v1/"}, "/messages", "x-api-key", "sk-1"}));

TEST(Embedding, IsOneAttempt) {
    ManualClock clock;
    support::Loop loop;
    const auto embed = [&](Script script) {
        const auto wire = std::make_shared<ScriptedTransport>(clock, std::move(script));
        OpenAiTarget target{"main", kConfig, ApiKey{}, wire};
        const EmbedRequest request{.texts = {"blue"}};
        auto read = loop.wait(target.embed(request, CallContext{}.within(60s)));
        EXPECT_EQ(wire->sent.target, "/embeddings");
        EXPECT_EQ(net::find_header(wire->sent.headers, "authorization"), "") << "no key, no header";
        return read;
    };
    const auto good = embed({.headers = kJson, .body = {bytes(R"({"data":[{"index":0,"embedding":[1,2]}],"usage":{"prompt_tokens":1}})")}});
    ASSERT_TRUE(good);
    EXPECT_EQ(good->vectors, (std::vector<std::vector<float>>{{1, 2}}));
    EXPECT_EQ(embed({.status = 429}).error().error_class, ErrorClass::overloaded);
    EXPECT_EQ(embed({.body = {bytes("{}")}}).error().error_class, ErrorClass::provider_fault);
    const auto silent = embed({.body = {wait(60s)}});
    EXPECT_EQ(silent.error().error_class, ErrorClass::timeout);
    EXPECT_EQ(silent.error().usage.input, Tokens{1}) << "it had begun to answer, so it has read the text";
}

TEST(Embedding, NamesItsModel) {
    ManualClock clock;
    support::Loop loop;
    const Script script{.headers = kJson, .body = {bytes(R"({"data":[{"embedding":[1]}],"usage":{"prompt_tokens":1}})")}};
    const auto wire = std::make_shared<ScriptedTransport>(clock, script);
    OpenAiTarget open{"main", {.base_url = "http://h/v1"}, ApiKey{}, wire};
    const EmbedRequest named{.model = "e5", .texts = {"blue"}, .dimensions = 256};
    const auto answer = loop.wait(open.embed(named, {}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->model, "e5");
    EXPECT_EQ(answer->target, "main");
    EXPECT_TRUE(wire->sent.body.contains("\"dimensions\":256")) << wire->sent.body;
    const EmbedRequest nameless{.texts = {"blue"}};
    EXPECT_EQ(loop.wait(open.embed(nameless, {})).error().error_class, ErrorClass::caller_fault);
    AnthropicTarget anthropic{"main", {.base_url = "http://h"}, ApiKey{}, wire};
    EXPECT_EQ(loop.wait(anthropic.embed(named, {})).error().error.code, Code::unimplemented);
}
}  // namespace
}  // namespace rondo::llm
