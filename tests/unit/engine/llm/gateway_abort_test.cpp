#include "gateway_fixture.hpp"

namespace rondo::llm {
namespace {
using namespace std::chrono_literals;

struct Row {
    const char* claim;
    const char* policy;
    const char* script;
    Clock::duration before;  ///< the caller goes away
    Clock::duration after;   ///< then this passes
    const char* book_at_once;
    const char* book_later;
    const char* detached;
    int stopped;  ///< attempts that were cancelled at the provider
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

class GatewayAbort : public GatewayTest, public testing::WithParamInterface<Row> {};
TEST_P(GatewayAbort, IsTold) {
    const Row& row = GetParam();
    config.on_abort = row.policy;
    config.drain_limit = 500ms;
    build({{"A", true, {row.script}}, {"B", true, {"+z|."}}});
    const auto call = begin();
    advance(row.before);
    EXPECT_EQ(told(call), "waits") << row.claim;
    const std::string heard = deltas;
    cancel(*call);  // and not a nanosecond passes
    EXPECT_EQ(told(call), "cancelled") << row.claim;
    EXPECT_EQ(meter.book, row.book_at_once) << row.claim;
    for (int i = 0; i < 100; ++i) advance(row.after / 100);
    EXPECT_EQ(meter.book, row.book_later) << row.claim;
    EXPECT_EQ(detached, row.detached) << row.claim;
    EXPECT_EQ(targets[0]->cancelled, row.stopped) << row.claim;
    EXPECT_EQ(deltas, heard) << "who has gone is told nothing: " << row.claim;
    EXPECT_EQ(meter.open, 0) << row.claim;
    EXPECT_EQ(gateway->status().abandoned, 0U) << row.claim;
    EXPECT_EQ(gateway->status().targets[0].breaker, CircuitBreaker::State::closed);
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Llm, GatewayAbort, testing::Values(
    Row{"cancel stops a silent target",               "cancel", "hang",                 10ms, 1s, "A cancelled 10", "A cancelled 10", "", 1},
    Row{"cancel settles what was used so far",        "cancel", "+a|+b|~50|+c|.",       10ms, 1s, "A cancelled 12", "A cancelled 12", "", 1},
    Row{"drain reads on for the exact bill",          "drain",  "+a|~50|+b|+c|.",       10ms, 1s, "", "A ok 13", "", 0},
    Row{"drain has a limit",                          "drain",  "+a|~900|+b|.",         10ms, 1s, "", "A timeout 11",   "", 1},
    Row{"drain begins no other attempt",              "drain",  "+a|~50|!provider_fault", 10ms, 1s, "", "A provider_fault 11", "", 0},
    Row{"detach finishes the answer",                 "detach", "+a|~50|+b|+c|.",       10ms, 1s, "", "A ok 13",        "abc", 0},
    Row{"detach tries elsewhere, too",                "detach", "+a|~50|!provider_fault", 10ms, 1s, "", "A provider_fault 11, B ok 11", "az", 0}));
// clang-format on

TEST_F(GatewayTest, AbortDuringABackOffEndsIt) {
    build({{"A", false, {"!overloaded@3000"}}});
    const auto call = begin();
    advance(10ms);
    cancel(*call);
    EXPECT_EQ(told(call), "cancelled");
    EXPECT_EQ(meter.book, "A overloaded 10");
}

TEST_F(GatewayTest, AbortInTheQueueOfATargetEndsTheWait) {
    config.concurrency = 1;
    config.queue_wait = 30s;
    build({{"A", false, {"~100|+x|."}}});
    const auto first = begin();
    const auto second = begin();
    const auto third = begin();
    EXPECT_EQ(gateway->status().targets[0].waiting, 2U);
    cancel(*second);
    EXPECT_EQ(told(second), "cancelled");
    EXPECT_EQ(gateway->status().targets[0].waiting, 1U);
    advance(100ms);
    EXPECT_EQ(told(first), "primary: x");
    advance(100ms);
    EXPECT_EQ(told(third), "primary: x");
    EXPECT_EQ(gateway->status().targets[0].in_use, 0U);
}

TEST_F(GatewayTest, AbortStopsBothAttemptsOfAHedge) {
    config.hedge = true;
    build({{"A", false, {"~20|+x|."}}, {"B", false, {"hang"}}});
    for (int i = 0; i < 25; ++i) finish(begin());
    meter.book.clear();
    build({{"A", false, {"hang"}}, {"B", false, {"hang"}}});
    const auto call = begin();
    advance(config.hedge_least);
    ASSERT_EQ(targets[1]->attempts, 1U) << "the hedge has begun";
    cancel(*call);
    EXPECT_EQ(told(call), "cancelled");
    EXPECT_EQ(meter.book, "A cancelled 10, B cancelled 10");
}

TEST_F(GatewayTest, AbortWhileTheReaderIsSlowEndsTheSinkBeforeTheCallerIsTold) {
    for (const char* policy : {"cancel", "drain", "detach"}) {
        SCOPED_TRACE(policy);
        config.on_abort = policy;
        reader = 1s;
        deltas.clear();
        build({{"A", false, {"+a|+b|."}}});
        const auto call = begin();
        advance(10ms);
        cancel(*call);
        EXPECT_EQ(told(call), "cancelled");
        advance(5s);
        EXPECT_EQ(deltas, "");
    }
}

TEST_F(GatewayTest, ADeadlineEndsTheSinkOfAReaderThatIsStuck) {
    for (const char* policy : {"cancel", "drain", "detach"}) {
        SCOPED_TRACE(policy);
        config.on_abort = policy;
        reader = 1h;
        build({{"A", false, {"+a|+b|."}}});
        const auto call = begin({.model = "", .use_fallback = false}, CallContext{}.within(5s));
        advance(5s);
        EXPECT_EQ(told(call), "deadline_exceeded PROVIDER_SILENT");
        EXPECT_EQ(gateway->status().targets[0].breaker, CircuitBreaker::State::closed);
    }
}

TEST_F(GatewayTest, AbortedCallsThatGoOnAreBounded) {
    config.on_abort = "detach";
    config.abandoned_limit = 1;
    build({{"A", false, {"+a|hang"}}});
    const auto first = begin();
    const auto second = begin();
    cancel(*first);
    cancel(*second);
    EXPECT_EQ(told(second), "cancelled");
    EXPECT_EQ(gateway->status().abandoned, 1U);
    EXPECT_EQ(meter.book, "A cancelled 11") << "the second was cancelled at once";
    gateway->cancel_abandoned();
    poll();
    EXPECT_EQ(gateway->status().abandoned, 0U);
    EXPECT_EQ(meter.book, "A cancelled 11, A cancelled 11");
    EXPECT_EQ(detached, "cancelled");
}

TEST_F(GatewayTest, AbortAfterTheEndIsNone) {
    config.on_abort = "detach";
    build({{"A", false, {"+a|."}}});
    const auto call = begin();
    EXPECT_EQ(told(call), "primary: a");
    cancel(*call);
    EXPECT_EQ(told(call), "primary: a");
    EXPECT_EQ(detached, "");
}
}  // namespace
}  // namespace rondo::llm
