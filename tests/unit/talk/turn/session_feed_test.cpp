#include "talk/turn/session_feed.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace rondo::turn {
namespace {
using std::chrono::minutes;
using std::chrono::seconds;
using store::EventId;

class SessionFeedTest : public testing::Test {
protected:
    void tell(std::int64_t turn, int events = 1) {
        for (; events > 0; --events) feed.append(turn, "delta", std::make_shared<const std::string>("{}"), now);
    }

    boost::asio::io_context io;
    SessionFeed feed{io.get_executor(), 3};
    TimePoint now{TimePoint{} + minutes{60}};
};

TEST_F(SessionFeedTest, PlacesFollowOneAnother) {
    tell(1, 3);
    EXPECT_EQ(feed.last(), (EventId{3, 3}));
    const auto later = feed.later({3, 1}, 100);
    ASSERT_EQ(later.size(), 2U);
    EXPECT_EQ(later[0].place, (EventId{3, 2}));
    EXPECT_EQ(later[1].place, (EventId{3, 3}));
}

TEST_F(SessionFeedTest, CountingGoesOnBehindWhatTheLogHas) {
    feed.continue_after(41);
    EXPECT_EQ(feed.first(), (EventId{3, 42}));
    EXPECT_TRUE(feed.covers({3, 41}));
    EXPECT_FALSE(feed.covers({3, 40}));
    tell(5);
    EXPECT_EQ(feed.last(), (EventId{3, 42}));
}

TEST_F(SessionFeedTest, AnEarlierEpochIsTheLogs) {
    tell(1);
    EXPECT_FALSE(feed.covers({2, 1}));
    EXPECT_TRUE(feed.covers({3, 0}));
}

TEST_F(SessionFeedTest, NobodyListensOnlyTheNewestTurnStays) {
    tell(1, 5);
    tell(2, 2);
    tell(1);  // late advice
    EXPECT_EQ(feed.first(), (EventId{3, 6}));
    EXPECT_EQ(feed.kept(), 3U);
}

TEST_F(SessionFeedTest, AListenerKeepsEarlierTurnsForAWhile) {
    feed.enter();
    tell(1, 5);
    now += minutes{4};
    tell(2, 2);
    EXPECT_EQ(feed.kept(), 7U);
    now += minutes{2};
    tell(2);
    EXPECT_EQ(feed.first(), (EventId{3, 6})) << "what is older than five minutes goes";
}

TEST_F(SessionFeedTest, AListenerWhoLeftMayComeBack) {
    feed.enter();
    tell(1, 5);
    feed.leave(now);
    now += minutes{4};
    tell(2);
    EXPECT_EQ(feed.kept(), 6U);
    now += minutes{2};
    tell(2);
    EXPECT_EQ(feed.kept(), 2U);
}

TEST_F(SessionFeedTest, BoundedWhateverIsListenedTo) {
    feed.enter();
    tell(1, SessionFeed::kEvents + 7);
    EXPECT_EQ(feed.kept(), SessionFeed::kEvents);
    EXPECT_FALSE(feed.covers({3, 6}));
    EXPECT_TRUE(feed.covers({3, 7}));
}

TEST_F(SessionFeedTest, ATurnIsHeardFromItsFirstEvent) {
    feed.enter();
    tell(1, 4);
    tell(2, 2);
    EXPECT_EQ(feed.before(2), (EventId{3, 4}));
    EXPECT_EQ(feed.before(9), feed.last()) << "of a turn that told nothing yet, from now on";
}

TEST_F(SessionFeedTest, SkippedPlacesAreTheLogs) {
    tell(1);
    EXPECT_EQ(feed.skip(6), (EventId{3, 2}));
    EXPECT_EQ(feed.last(), (EventId{3, 7}));
    EXPECT_FALSE(feed.covers({3, 1}));
    EXPECT_TRUE(feed.covers({3, 7}));
}

TEST_F(SessionFeedTest, AtMostTheLimitAtOnce) {
    tell(1, 5);
    EXPECT_EQ(feed.later({3, 0}, 2).back().place, (EventId{3, 2}));
}
}  // namespace
}  // namespace rondo::turn
