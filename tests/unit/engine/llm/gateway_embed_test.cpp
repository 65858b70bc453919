#include "gateway_fixture.hpp"

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;

struct Row {
    const char* claim;
    std::vector<std::string> a, b;  ///< scripts; empty: makes no embeddings
    const char* model;
    const char* tried;
    const char* told;  ///< who answered, or the error
    const char* book;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

class GatewayEmbed : public GatewayTest, public testing::WithParamInterface<Row> {
protected:
    auto embed(EmbedRequest request, CallContext ctx = CallContext{}.within(60s)) { return start(gateway->embed(std::move(request), ctx)); }
    template <class Call>
    static std::string who(const Call& call) {
        if (!call->result) return "waits";
        const auto& result = *call->result;
        if (result) return result->target;
        return std::string{rondo::name(result.error().code)} + " " + result.error().reason;
    }
    static Scripted able(const char* id, const std::vector<std::string>& scripts, const char* model = "e") {
        return {.id = id, .scripts = scripts, .embeddings = !scripts.empty(), .model = model};
    }
};
TEST_P(GatewayEmbed, MakesVectors) {
    const Row& row = GetParam();
    build({able("A", row.a), able("B", row.b), able("C", {"."}, "other")});
    const auto call = embed({.model = row.model, .texts = {"a", "bcd"}});
    finish(call, 100ms);
    EXPECT_EQ(tried, row.tried) << row.claim;
    EXPECT_EQ(who(call), row.told) << row.claim;
    EXPECT_EQ(meter.book, row.book) << row.claim;
    EXPECT_EQ(meter.open, 0) << "a hold leaks";
    for (const auto& target : gateway->status().targets) EXPECT_EQ(target.in_use, 0U) << "a permit leaks";
    if (!*call->result) return;
    const EmbedAnswer& answer = **call->result;
    EXPECT_EQ(answer.vectors, (std::vector<std::vector<float>>{{1}, {3}}));
    EXPECT_EQ(answer.usage, meter.sum) << "what is told is what was settled";
    EXPECT_EQ(answer.attempts.size(), static_cast<std::size_t>(meter.reserved));
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Llm, GatewayEmbed, testing::Values(
    Row{"the first that makes embeddings",                {"."}, {"."}, "",     "A", "A", "A ok 10"},
    Row{"others are passed by",                           {},    {"."}, "",     "B", "B", "B ok 10"},
    Row{"an alias: those of its list",                    {},    {"."}, "both", "B", "B", "B ok 10"},
    Row{"a target by its name",                           {"."}, {"."}, "B",    "B", "B", "B ok 10"},
    Row{"and its own model",                              {"."}, {"."}, "B/e",  "B", "B", "B ok 10"},
    Row{"a model that it has not",                        {"."}, {"."}, "B/x",  "",  "not_found MODEL_NOT_FOUND", ""},
    Row{"a target that makes none",                       {},    {"."}, "A",    "",  "not_found MODEL_NOT_FOUND", ""},
    Row{"nobody's name",                                  {"."}, {"."}, "E",    "",  "not_found MODEL_NOT_FOUND", ""},
    Row{"a fault: the next of the same model",            {"!provider_fault"}, {"."}, "", "A B", "B", "A provider_fault 10, B ok 10"},
    Row{"a fault of the only one of a model: once more, and never the vectors of another model",
        {"!provider_fault"}, {}, "", "A A", "unavailable PROVIDER_FAULT", "A provider_fault 10, A provider_fault 10"},
    Row{"who was asked by name has no stand-in",          {"!config_fault"}, {"."}, "A", "A", "failed_precondition PROVIDER_KEY_REFUSED", "A config_fault 10"},
    Row{"overloaded: its Retry-After is sat out",         {"!overloaded@3000", "."}, {}, "A", "A A", "A", "A overloaded 10, A ok 10"},
    Row{"a caller's fault is returned at once",           {"!caller_fault"}, {"."}, "", "A", "invalid_argument PROVIDER_REFUSED_REQUEST", "A caller_fault 10"},
    Row{"silent: the next",                               {"hang"}, {"."}, "", "A B", "B", "A timeout 10, B ok 10"}));
// clang-format on

TEST_F(GatewayEmbed, WithoutTextsThereIsNothingToAsk) {
    build({able("A", {"."})});
    EXPECT_EQ(who(embed({})), "invalid_argument PROVIDER_REFUSED_REQUEST");
}

TEST_F(GatewayEmbed, TheErrorNamesTheSetting) {
    build({able("A", {})});
    const auto call = embed({.texts = {"a"}});
    ASSERT_EQ(who(call), "not_found MODEL_NOT_FOUND");
    EXPECT_TRUE(call->result->error().message.contains("llm.targets.NAME.embeddings")) << call->result->error().message;
}

TEST_F(GatewayEmbed, ABudgetThatIsUsedUpEndsItBeforeAnybodyIsAsked) {
    meter.allowed = 0;
    build({able("A", {"."})});
    EXPECT_EQ(who(embed({.texts = {"a"}})), "resource_exhausted BUDGET_EXHAUSTED");
    EXPECT_EQ(tried, "");
}

TEST_F(GatewayEmbed, CancellingItEndsTheAttemptAndIsSettled) {
    build({able("A", {"hang"})});
    const auto call = embed({.texts = {"a"}});
    advance(10ms);
    cancel(*call);
    EXPECT_EQ(who(call), "cancelled ");
    EXPECT_EQ(targets[0]->cancelled, 1);
    EXPECT_EQ(meter.book, "A cancelled 10");
    EXPECT_EQ(gateway->status().targets[0].breaker, CircuitBreaker::State::closed);
}

TEST_F(GatewayEmbed, TheCallersDeadlineHoldsAndIsNotTheTargetsFault) {
    config.breaker_min_calls = 1;
    build({able("A", {"hang"})});
    const auto call = embed({.texts = {"a"}}, CallContext{}.within(1s));
    advance(1s);
    EXPECT_EQ(who(call), "deadline_exceeded PROVIDER_SILENT");
    EXPECT_EQ(gateway->status().targets[0].breaker, CircuitBreaker::State::closed);
}

TEST_F(GatewayEmbed, FailuresFeedTheBreaker) {
    config.breaker_min_calls = 2;
    config.attempts_per_target = 1;
    build({able("A", {"!provider_fault"})});
    for (int i = 0; i < 2; ++i) EXPECT_EQ(who(embed({.texts = {"a"}})), "unavailable PROVIDER_FAULT");
    EXPECT_EQ(who(embed({.texts = {"a"}})), "unavailable CIRCUIT_BREAKER_OPEN");
}
}  // namespace
}  // namespace rondo::llm
