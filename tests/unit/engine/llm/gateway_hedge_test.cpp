#include "gateway_fixture.hpp"

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;

struct Row {
    const char* claim;
    const char *a, *b;
    const char* told;
    const char* deltas;
    const char* book;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

class GatewayHedge : public GatewayTest, public testing::WithParamInterface<Row> {
protected:
    GatewayHedge() {
        config.hedge = true;
        config.hedge_least = 100ms;
    }
    /// Enough calls with a first token after 200 ms to know what is usual.
    void learn(const char* a, const char* b) {
        build({{"A", false, {"~200|+x|."}}, {"B", false, {"+x|."}}});
        for (int i = 0; i < 25; ++i) finish(begin());
        EXPECT_EQ(gateway->status().targets[0].first_token_p95, 200ms);
        build({{"A", false, {a}}, {"B", false, {b}}});
        tried = deltas = meter.book = "";
    }
};

TEST_P(GatewayHedge, AsksASecondTarget) {
    const Row& row = GetParam();
    learn(row.a, row.b);
    const auto call = begin({.model = "", .use_fallback = false});
    finish(call);
    EXPECT_EQ(told(call), row.told) << row.claim;
    EXPECT_EQ(deltas, row.deltas) << row.claim;
    EXPECT_EQ(meter.book, row.book) << row.claim;
    EXPECT_EQ(meter.open, 0);
    for (const auto& target : gateway->status().targets) EXPECT_EQ(target.in_use, 0U);
    if (*call->result) EXPECT_EQ((*call->result)->attempts.size(), targets[0]->attempts + targets[1]->attempts);
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Llm, GatewayHedge, testing::Values(
    Row{"not when the first begins as usual", "~190|+a|~500|+b|.", "+z|.", "primary: ab", "a|b", "A ok 12"},
    Row{"the second begins sooner: it answers and the first is cancelled", "~900|+a|.", "~50|+b|~900|+c|.", "target: bc", "b|c",
        "A cancelled 10, B ok 12"},
    Row{"the first begins sooner after all: the second is cancelled", "~250|+a|+b|.", "~900|+c|.", "primary: ab", "a|b", "A ok 12, B cancelled 10"},
    Row{"the first fails while the second runs", "~250|!provider_fault", "~300|+b|.", "target: b", "b", "A provider_fault 10, B ok 11"},
    Row{"the second fails: the first goes on", "~900|+a|.", "!provider_fault", "primary: a", "a", "A ok 11, B provider_fault 10"},
    Row{"the second's refusal does not end what the first may answer", "~900|+a|.", "!config_fault", "primary: a", "a", "A ok 11, B config_fault 10"},
    Row{"the winner breaks off: taken up again", "~900|+a|.", "+b|!provider_fault", "unavailable PROVIDER_FAULT", "b",
        "A cancelled 10, B provider_fault 11, B provider_fault 11"}));
// clang-format on

TEST_F(GatewayHedge, BeginsWhenNinetyFiveOfAHundredHaveBegun) {
    learn("hang", "+b|.");
    const auto call = begin();
    advance(199ms);
    EXPECT_EQ(tried, "A");
    advance(1ms);
    EXPECT_EQ(tried, "A B");
    EXPECT_EQ(told(call), "target: b");
    EXPECT_EQ(metric("rondo_llm_hedges_total", {{"result", "won"}}), 1);
}

TEST_F(GatewayHedge, OneTheBudgetDoesNotPayForIsNotMade) {
    learn("~500|+a|.", "+b|.");
    meter.allowed = meter.reserved + 1;
    const auto call = begin();
    finish(call);
    EXPECT_EQ(told(call), "primary: a");
    EXPECT_EQ(tried, "A");
}

TEST_F(GatewayHedge, WhenEverythingIsSlowOnlyAFewAreMade) {
    learn("~900|+a|.", "~900|+b|.");
    std::vector<decltype(begin())> calls;
    for (int i = 0; i < 20; ++i) calls.push_back(begin());
    advance(300ms);
    EXPECT_LE(targets[1]->attempts, 3U);
    EXPECT_GE(targets[1]->attempts, 1U);
    advance(1s);
}
}  // namespace
}  // namespace rondo::llm
