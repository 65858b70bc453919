#include "gateway_fixture.hpp"

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;

struct Row {
    const char* claim;
    std::vector<std::string> a, b;  ///< scripts; B empty: only A
    bool a_continues, b_continues;  ///< with a prefill
    const char* tried;
    const char* deltas;
    const char* told;
    const char* book;
    bool use_fallback{false};
    bool background{false};
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

class GatewayPolicy : public GatewayTest, public testing::WithParamInterface<Row> {};
TEST_P(GatewayPolicy, Answers) {
    const Row& row = GetParam();
    std::vector<Scripted> chain{{.id = "A", .prefill = row.a_continues, .scripts = row.a}};
    if (!row.b.empty()) chain.push_back({.id = "B", .prefill = row.b_continues, .scripts = row.b});
    build(chain);
    const auto call = begin({.model = "", .language = "zh", .use_fallback = row.use_fallback, .background = row.background},
                            CallContext{}.within(row.background ? 200s : 60s));
    finish(call);
    EXPECT_EQ(tried, row.tried) << row.claim;
    EXPECT_EQ(deltas, row.deltas) << row.claim;
    EXPECT_EQ(told(call), row.told) << row.claim;
    EXPECT_EQ(meter.book, row.book) << row.claim;
    EXPECT_EQ(meter.open, 0) << "a hold leaks: " << row.claim;
    if (call->result && *call->result) {
        EXPECT_EQ((*call->result)->usage, meter.sum) << "what is told is what was settled";
        EXPECT_EQ((*call->result)->attempts.size(), static_cast<std::size_t>(meter.reserved));
    }
    for (const auto& target : gateway->status().targets) EXPECT_EQ(target.in_use, 0U) << "a permit leaks";
}

#define ZH_APOLOGY "抱歉，服务暂时不可用，请稍后重试。"
// clang-format off
INSTANTIATE_TEST_SUITE_P(Llm, GatewayPolicy, testing::Values(
    Row{"an answer is passed on as it comes",
        {"+Hel|+lo|."}, {"+no|."}, false, false, "A", "Hel|lo", "primary: Hello", "A ok 12"},
    // Before the first piece
    Row{"a caller's fault is returned at once",
        {"!caller_fault"}, {"+x|."}, false, false, "A", "", "invalid_argument PROVIDER_REFUSED_REQUEST", "A caller_fault 10", true},
    Row{"a policy refusal is passed on, never routed around",
        {"!policy_refusal"}, {"+x|."}, false, false, "A", "", "permission_denied POLICY_REFUSAL", "A policy_refusal 10", true},
    Row{"a refused key: the next target",
        {"!config_fault"}, {"+x|."}, false, false, "A B", "x", "target: x", "A config_fault 10, B ok 11"},
    Row{"a refused key is not tried again",
        {"!config_fault", "+x|."}, {}, false, false, "A", "", "failed_precondition PROVIDER_KEY_REFUSED", "A config_fault 10"},
    Row{"a fault: the next target at once",
        {"!provider_fault"}, {"+x|."}, false, false, "A B", "x", "target: x", "A provider_fault 10, B ok 11"},
    Row{"a fault of the only target: once more",
        {"!provider_fault", "+x|."}, {}, false, false, "A A", "x", "primary: x", "A provider_fault 10, A ok 11"},
    Row{"and not a third time",
        {"!provider_fault"}, {}, false, false, "A A", "", "unavailable PROVIDER_FAULT", "A provider_fault 10, A provider_fault 10"},
    Row{"three attempts at all targets together",
        {"!provider_fault"}, {"~250|!provider_fault"}, false, false, "A B A", "", "unavailable PROVIDER_FAULT",
        "A provider_fault 10, B provider_fault 10, A provider_fault 10"},
    Row{"overloaded: the next target at once",
        {"!overloaded@3000"}, {"+x|."}, false, false, "A B", "x", "target: x", "A overloaded 10, B ok 11"},
    Row{"overloaded, nobody else: its Retry-After is sat out",
        {"!overloaded@3000", "+x|."}, {}, false, false, "A A", "x", "primary: x", "A overloaded 10, A ok 11"},
    Row{"but only once",
        {"!overloaded@3000"}, {}, false, false, "A A", "", "resource_exhausted PROVIDER_OVERLOADED", "A overloaded 10, A overloaded 10"},
    Row{"and not when it is longer than patience",
        {"!overloaded@30000", "+x|."}, {}, false, false, "A", "", "resource_exhausted PROVIDER_OVERLOADED", "A overloaded 10"},
    Row{"overloaded without Retry-After, nobody else: a back-off",
        {"!overloaded", "+x|."}, {}, false, false, "A A", "x", "primary: x", "A overloaded 10, A ok 11"},
    Row{"silent: the next target, not the same",
        {"hang"}, {"+x|."}, false, false, "A B", "x", "target: x", "A timeout 10, B ok 11"},
    Row{"silent and nobody else: an error",
        {"hang", "+x|."}, {}, false, false, "A", "", "deadline_exceeded PROVIDER_SILENT", "A timeout 10"},
    Row{"slow, but in time",
        {"~1900|+x|~900|+y|."}, {"+z|."}, false, false, "A", "x|y", "primary: xy", "A ok 12"},
    Row{"thinking is a sign of life, of which nothing is passed on",
        {"~1500|*|~900|*|~900|+x|."}, {"+z|."}, false, false, "A", "x", "primary: x", "A ok 11"},
    Row{"a target that stops thinking is silent",
        {"*|~1100|+x|."}, {"+z|."}, false, false, "A B", "z", "target: z", "A timeout 10, B ok 11"},
    Row{"however busy, it must come to an end",
        {"+a|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|~900|*|"
         "~900|*|~900|*|~900|*|~900|*|~900|*|."}, {}, false, false, "A", "a", "deadline_exceeded PROVIDER_SILENT", "A timeout 11", true},
    Row{"an answer that only ends is not whole",
        {"end"}, {"+x|."}, false, false, "A B", "x", "target: x", "A provider_fault 10, B ok 11"},
    // After the first piece
    Row{"cut: the same target continues its text",
        {"+Hel|!provider_fault", "+lo|."}, {"+x|."}, true, false, "A A(Hel)", "Hel|^lo", "primary: Hello", "A provider_fault 11, A ok 11"},
    Row{"white space at the end is not asked for again, nor repeated",
        {"+Hello |!provider_fault", "+ wor|+ld|."}, {}, true, false, "A A(Hello)", "Hello |^wor|ld", "primary: Hello world",
        "A provider_fault 11, A ok 12"},
    Row{"cut: another target that can continue goes before one that must begin anew",
        {"+Hel|!provider_fault"}, {"+lo|."}, false, true, "A B(Hel)", "Hel|^lo", "target: Hello", "A provider_fault 11, B ok 11"},
    Row{"cut: of two that can continue the one that works goes first",
        {"+Hel|!provider_fault"}, {"+lo|."}, true, true, "A B(Hel)", "Hel|^lo", "target: Hello", "A provider_fault 11, B ok 11"},
    Row{"cut three times: a clean error",
        {"+a|!provider_fault"}, {"+b|~250|!provider_fault"}, true, true, "A B(a) A(ab)", "a|^b|^a", "unavailable PROVIDER_FAULT",
        "A provider_fault 11, B provider_fault 11, A provider_fault 11", true},
    Row{"cut: a target that refuses to continue is not the caller's fault",
        {"+Hel|!provider_fault", "!caller_fault"}, {}, true, false, "A A(Hel)", "Hel", "unavailable PROVIDER_FAULT",
        "A provider_fault 11, A caller_fault 10", true},
    Row{"cut: begins anew and leaves out what was sent",
        {"+Hel|!provider_fault", "+He|+llo| |+you|."}, {}, false, false, "A A", "Hel|^lo|you", "primary: Helloyou",
        "A provider_fault 11, A ok 14"},
    Row{"cut: the same target anew before another one",
        {"+Hel|!provider_fault", "+Hello|."}, {"+x|."}, false, false, "A A", "Hel|^lo", "primary: Hello", "A provider_fault 11, A ok 11"},
    Row{"says something else: a clean error",
        {"+Hel|!provider_fault", "+Good day|."}, {}, false, false, "A A", "Hel", "unavailable PROVIDER_FAULT",
        "A provider_fault 11, A provider_fault 11", true},
    Row{"says less than was sent: a clean error",
        {"+Hel|!provider_fault", "+He|."}, {}, false, false, "A A", "Hel", "unavailable PROVIDER_FAULT",
        "A provider_fault 11, A provider_fault 11", true},
    Row{"stalled: another target continues",
        {"+Hel|hang"}, {"+lo|."}, true, true, "A B(Hel)", "Hel|^lo", "target: Hello", "A timeout 11, B ok 11"},
    Row{"stalled and nobody else: an error, never half an answer",
        {"+Hel|hang", "+lo|."}, {}, true, false, "A", "Hel", "deadline_exceeded PROVIDER_SILENT", "A timeout 11", true},
    Row{"cut without an end marker is rescued too",
        {"+Hel|end", "+lo|."}, {}, true, false, "A A(Hel)", "Hel|^lo", "primary: Hello", "A provider_fault 11, A ok 11"},
    Row{"cut twice: continued twice",
        {"+a|!provider_fault", "+c|."}, {"+b|~250|!provider_fault"}, true, true, "A B(a) A(ab)", "a|^b|^c",
        "primary: abc", "A provider_fault 11, B provider_fault 11, A ok 11"},
    Row{"a tool call is never repeated",
        {"+ok|#look_up|!provider_fault", "+ok|#look_up|."}, {"+ok|#look_up|."}, true, true, "A", "ok|#look_up", "unavailable PROVIDER_FAULT",
        "A provider_fault 12", true},
    Row{"a tool call that came whole is an answer",
        {"#look_up|."}, {}, false, false, "A", "#look_up", "primary: ", "A ok 11"},
    Row{"a policy refusal in the middle is passed on",
        {"+He|!policy_refusal"}, {"+x|."}, true, true, "A", "He", "permission_denied POLICY_REFUSAL", "A policy_refusal 11", true},
    Row{"overloaded in the middle: continued after the Retry-After",
        {"+He|!overloaded@500", "+llo|."}, {}, true, false, "A A(He)", "He|^llo", "primary: Hello", "A overloaded 11, A ok 11"},
    // The lower rungs
    Row{"nothing works: an apology in the session's language",
        {"!provider_fault"}, {"hang"}, false, false, "A B A", ZH_APOLOGY, "apology: " ZH_APOLOGY,
        "A provider_fault 10, B timeout 10, A provider_fault 10", true},
    // Nobody waits for it
    Row{"in the background an overloaded target is waited for",
        {"!overloaded@30000", "+x|."}, {"+y|."}, false, false, "A A", "x", "primary: x", "A overloaded 10, A ok 11", false, true},
    Row{"without Retry-After for a minute",
        {"!overloaded", "+x|."}, {"+y|."}, false, false, "A A", "x", "primary: x", "A overloaded 10, A ok 11", false, true},
    Row{"unless the deadline is nearer",
        {"!overloaded@300000"}, {"+y|."}, false, false, "A B", "y", "target: y", "A overloaded 10, B ok 11", false, true}));
// clang-format on

TEST_F(GatewayTest, InTheBackgroundAMinuteIsAMinute) {
    build({{"A", false, {"!overloaded", "+x|."}}});
    const auto call = begin({.model = "", .background = true}, CallContext{}.within(200s));
    for (int i = 0; i < 599; ++i) advance(100ms);
    EXPECT_EQ(tried, "A");
    advance(100ms);
    EXPECT_EQ(tried, "A A");
}

TEST_F(GatewayTest, RetryAfterIsNotAddedToABackOff) {
    build({{"A", false, {"!overloaded@3000", "+x|."}}});
    const auto call = begin();
    advance(2'999ms);
    EXPECT_EQ(tried, "A");
    advance(1ms);
    EXPECT_EQ(told(call), "primary: x");
}

TEST_F(GatewayTest, ABackgroundBackOffTakesTwoToTenSeconds) {
    build({{"A", false, {"!provider_fault", "+x|."}}});
    const auto call = begin({.model = "", .background = true});
    advance(1'999ms);
    EXPECT_EQ(tried, "A");
    for (int i = 0; i < 81; ++i) advance(100ms);
    EXPECT_EQ(tried, "A A");
}

TEST_F(GatewayTest, TheBestRatedAnswerComesBeforeTheApology) {
    history.answer = "We met before.";
    build({{"A", false, {"!config_fault"}}});
    const auto call = begin({.model = "", .language = "en"});
    finish(call);
    EXPECT_EQ(told(call), "few_shot: We met before.");
    EXPECT_EQ(deltas, "We met before.");
    EXPECT_EQ((*call->result)->attempts.size(), 1U);
    EXPECT_EQ((*call->result)->target, "");
    EXPECT_EQ(metric("rondo_llm_answers_total", {{"rung", "few_shot"}}), 1);
}

TEST_F(GatewayTest, TheApologyIsEnglishForLanguagesWeDoNotSpeak) {
    for (const char* language : {"en", "", "fr", "en-GB"}) EXPECT_TRUE(apology(language).starts_with("Sorry")) << language;
    for (const char* language : {"zh", "zh-Hans", "zh_CN"}) EXPECT_EQ(apology(language), ZH_APOLOGY) << language;
}

TEST_F(GatewayTest, ASlowReaderIsNotAnsweredWithATimeout) {
    reader = 30s;
    clocks.total = 2s;
    build({{"A", false, {"+a|+b|~900|+c|."}}});
    const auto call = begin({}, {});
    finish(call, 100ms);
    EXPECT_EQ(told(call), "primary: abc");
}

TEST_F(GatewayTest, TheApologyComesBeforeTheDeadline) {
    build({{"A", false, {"hang"}}});
    const auto call = begin({.model = "", .language = "en"}, CallContext{}.within(1s));
    advance(1s - 1ms);
    EXPECT_TRUE(told(call).starts_with("apology: "));
}

TEST_F(GatewayTest, WithoutStreamingACutIsSimplyTriedAgain) {
    build({{"A", true, {"+Hel|!provider_fault", "+Hi|."}}});
    const auto call = start(gateway->complete({.model = ""}, {}, CallContext{}.within(60s)));
    finish(call);
    EXPECT_EQ(tried, "A A") << "no prefill: nothing was sent to anybody";
    EXPECT_EQ(told(call), "primary: Hi");
}

TEST_F(GatewayTest, ABudgetThatIsUsedUpEndsTheCallAsItIs) {
    meter.allowed = 1;
    build({{"A", false, {"!provider_fault"}}, {"B", false, {"+x|."}}});
    const auto call = begin({.model = "", .use_fallback = true});
    finish(call);
    EXPECT_EQ(told(call), "resource_exhausted BUDGET_EXHAUSTED");
    EXPECT_EQ(tried, "A");
    EXPECT_EQ(meter.book, "A provider_fault 10");
}

TEST_F(GatewayTest, ErrorsSayHowLongWasWaited) {
    struct {
        const char *claim, *script, *message;
        bool streams{true};
        std::chrono::milliseconds left{60'000};
    } const rows[] = {
        {"no first token", "hang", "the provider said nothing at all for 2000 ms; try again or another target"},
        {"a gap", "+a|hang", "the provider said nothing more for 1000 ms; try again or another target"},
        {"the whole attempt", "hang", "the provider gave no whole answer within 20000 ms; try again or another target", false},
        {"the caller's own deadline", "+a|~500|+b|hang", "no whole answer before the call's deadline; allow more time", true, 700ms},
    };
    for (const auto& row : rows) {
        build({{.id = "A", .scripts = {row.script}}});
        const auto call = start(
            gateway->complete({.model = "", .use_fallback = false}, row.streams ? sink() : DeltaSink{}, CallContext{}.within(row.left)));
        finish(call);
        ASSERT_FALSE(*call->result) << row.claim;
        EXPECT_EQ(call->result->error().message, row.message) << row.claim;
        EXPECT_EQ(call->result->error().reason, "PROVIDER_SILENT") << row.claim;
    }
}

TEST_F(GatewayTest, EveryTargetHasItsOwnClocks) {
    clocks.first_token = 200ms;
    build({{.id = "A", .scripts = {"hang"}}});
    const auto hasty = begin({.model = "", .use_fallback = false});
    advance(200ms);
    EXPECT_EQ(told(hasty), "deadline_exceeded PROVIDER_SILENT");
    clocks.first_token = 5s;
    build({{.id = "A", .scripts = {"~4000|+x|."}}});
    const auto patient = begin({.model = "", .use_fallback = false});
    advance(4s);
    EXPECT_EQ(told(patient), "primary: x");
}

TEST_F(GatewayTest, RetriesAtOneTargetHaveABudget) {
    config.retry_floor = 2;
    config.breaker_min_calls = 1'000;
    build({{"A", false, {"!provider_fault"}}});
    for (int i = 0; i < 10; ++i) finish(begin({.model = "", .use_fallback = false}));
    EXPECT_EQ(targets[0]->attempts, 12U) << "ten calls, two retries";
    EXPECT_EQ(metric("rondo_llm_retries_total", {{"target", "A"}}), 2);
}

TEST_F(GatewayTest, WhatATargetThrowsIsThrownAndCostsNothing) {
    build({{"A", false, {"+a|throw"}}});
    const auto call = begin();
    EXPECT_EQ(told(call), "thrown");
    EXPECT_EQ(meter.open, 0);
    EXPECT_EQ(gateway->status().targets[0].in_use, 0U);
}
}  // namespace
}  // namespace rondo::llm
