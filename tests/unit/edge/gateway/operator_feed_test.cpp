#include "edge/gateway/operator_feed.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <optional>

namespace rondo::gateway {
namespace {
using Events = Result<std::vector<store::Event>>;

const TenantId kAcme{"acme"}, kOther{"other"};

class OperatorFeedTest : public testing::Test {
protected:
    void alert(const TenantId& tenant, std::int64_t micros = 1) {
        feed.tell(ledger::Alert{.kind = ledger::Alert::Kind::request_cost,
                                .subject = {ledger::SubjectKind::user, tenant, "ada"},
                                .amount = Money{micros}});
    }
    void breaker() { feed.tell(llm::BreakerEvent{"main", CircuitBreaker::State::closed, CircuitBreaker::State::open, std::chrono::seconds{5}}); }
    std::string ids(const TenantId& tenant, store::EventId after = {}, std::size_t limit = 100) {
        std::string out;
        const auto events = feed.events(tenant, after, limit);
        if (!events) return name(events.error().code);
        for (const auto& event : *events) out += event.id.to_string() + ' ';
        return out;
    }
    /// What a reader that waits gets; nullopt while it waits.
    void listen(const TenantId& tenant, store::EventId after, std::optional<Events>& into) {
        asio::co_spawn(loop, feed.next(tenant, after),
                       asio::bind_cancellation_slot(cancel.slot(), [&into](const std::exception_ptr&, Events events) { into = std::move(events); }));
        run();
    }
    void run() {
        loop.restart();
        loop.poll();
    }

    asio::io_context loop{1};
    asio::cancellation_signal cancel;
    OperatorFeed feed{loop.get_executor(), 7};
};

TEST_F(OperatorFeedTest, AnAlertIsForItsTenantABreakerForEverybody) {
    alert(kAcme), breaker(), alert(kOther);
    EXPECT_EQ(ids(kAcme), "7.1 7.2 ");
    EXPECT_EQ(ids(kOther), "7.2 7.3 ");
    const auto event = boost::json::parse(*feed.events(kAcme, {}, 2)->at(1).data);
    EXPECT_EQ(event.at("type"), "breaker");
    EXPECT_EQ(event.at("to"), "OPEN");
    EXPECT_EQ(event.at("retry_after_ms"), 5'000);
}

TEST_F(OperatorFeedTest, AReaderGoesOnWhereItWas) {
    for (int i = 0; i < 4; ++i) alert(kAcme);
    EXPECT_EQ(ids(kAcme, {7, 2}), "7.3 7.4 ");
    EXPECT_EQ(ids(kAcme, {7, 2}, 1), "7.3 ");
    EXPECT_EQ(ids(kAcme, {7, 4}), "");
    EXPECT_EQ(ids(kAcme, {6, 900}), "7.1 7.2 7.3 7.4 ") << "an id of an earlier process: everything";
    EXPECT_EQ(ids(kAcme, {7, 5}), "invalid_argument") << "nobody was given that id";
    EXPECT_EQ(ids(kAcme, {8, 1}), "invalid_argument");
}

TEST_F(OperatorFeedTest, TheOldestGoFirst) {
    for (std::size_t i = 0; i < OperatorFeed::kEvents + 3; ++i) alert(kAcme);
    const auto kept = feed.events(kAcme, {}, OperatorFeed::kEvents + 3);
    ASSERT_EQ(kept->size(), OperatorFeed::kEvents);
    EXPECT_EQ(kept->front().id.seq, 4);
    EXPECT_EQ(ids(kAcme, {7, 1}, 1), "7.4 ") << "what was missed is missing, as the ids show";
}

TEST_F(OperatorFeedTest, AReaderWaitsForWhatIsForIt) {
    std::optional<Events> heard;
    listen(kAcme, {}, heard);
    EXPECT_FALSE(heard);
    alert(kOther);
    run();
    EXPECT_FALSE(heard) << "another tenant's";
    alert(kAcme, 12);
    run();
    ASSERT_TRUE(heard && *heard);
    ASSERT_EQ((*heard)->size(), 1U);
    EXPECT_EQ(boost::json::parse(*(*heard)->front().data).at("amount").to_number<double>(), 0.000012);
}

TEST_F(OperatorFeedTest, ClosingEndsTheWaitAndTellsWhatIsLeft) {
    std::optional<Events> heard, late;
    listen(kAcme, {}, heard);
    feed.close();
    run();
    ASSERT_TRUE(heard && *heard);
    EXPECT_TRUE((*heard)->empty());
    alert(kAcme);
    listen(kAcme, {}, late);
    ASSERT_TRUE(late && *late);
    EXPECT_EQ((*late)->size(), 1U);
}

TEST_F(OperatorFeedTest, AReaderThatGivesUpIsLetGo) {
    std::optional<Events> heard;
    listen(kAcme, {}, heard);
    cancel.emit(asio::cancellation_type::terminal);
    run();
    ASSERT_TRUE(heard);
    ASSERT_FALSE(*heard);
    EXPECT_EQ(heard->error().code, Code::cancelled);
}
}  // namespace
}  // namespace rondo::gateway
