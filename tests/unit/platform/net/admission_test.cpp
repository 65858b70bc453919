#include "platform/net/admission.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

namespace rondo::net {
namespace {
using namespace std::chrono_literals;
using Places = std::vector<Admission::Place>;
constexpr Admission::Config kConfig{.target = 10ms, .interval = 100ms, .min_in_flight = 10};
constexpr auto kLook = 10ms;

/// An admission whose clock the test moves.
struct Desk {
    explicit Desk(Admission::Config config = kConfig, std::size_t loops = 1) : admission{config, loops} {
        admission.observe(0, 0ms, now);  // an interval begins
    }

    /// So many fresh requests that stay; returns how many were let in.
    std::size_t enter(int requests) {
        const auto before = places.size();
        for (int i = 0; i < requests; ++i) {
            if (auto place = admission.admit(Priority::fresh, now)) places.push_back(std::move(*place));
        }
        return places.size() - before;
    }
    void leave(std::size_t requests) { places.resize(places.size() - std::min(requests, places.size())); }
    /// Time passes, and a loop is looked at now and then.
    void pass(Clock::duration time, Clock::duration delay, std::size_t loop = 0) {
        for (const auto end = now + time; now < end;) {
            now += kLook;
            admission.observe(loop, delay, now);
        }
    }
    [[nodiscard]] std::int64_t limit() const { return admission.stats().limit; }

    TimePoint now{1h};
    Admission admission;
    Places places;
};

struct Row {
    const char* claim;
    int under_way;
    std::vector<Clock::duration> delays;  ///< of one look after the other, over and over for two intervals
    bool limited;
};
class Standing : public testing::TestWithParam<Row> {};

TEST_P(Standing, Delay) {
    const Row& row = GetParam();
    Desk desk;
    desk.pass(100ms, 0ms);
    EXPECT_EQ(desk.enter(row.under_way), static_cast<std::size_t>(row.under_way)) << "nothing limits before";
    for (std::size_t look = 0; look < 20; ++look) desk.pass(kLook, row.delays[look % row.delays.size()]);
    EXPECT_EQ(desk.enter(1) == 0, row.limited) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(
    Admission, Standing,
    testing::Values(Row{"no delay", 1'000, {0ms}, false}, Row{"the target itself may stand", 1'000, {10ms}, false},
                    Row{"a little more may not", 1'000, {11ms}, true}, Row{"bursts with pauses between them may", 1'000, {29ms, 29ms, 0ms}, false},
                    Row{"but not such that everybody waits", 1'000, {0ms, 0ms, 30ms}, true},
                    Row{"a delay that never sinks below may not", 1'000, {29ms, 11ms, 20ms}, true},
                    Row{"few may always be under way", 9, {500ms}, false}));

TEST(Admission, TheLimitIsWhatWouldHaveMetTheTargetAtMostHalvedAtATime) {
    Desk desk;
    desk.pass(100ms, 0ms);
    desk.enter(1'000);
    desk.pass(100ms, 12500us);
    EXPECT_EQ(desk.limit(), 800) << "10 of 12.5 ms";
    desk.leave(200);
    desk.pass(100ms, 100ms);
    EXPECT_EQ(desk.limit(), 400) << "not an eighth";
    desk.leave(400);
    desk.pass(100ms, 10001us);
    EXPECT_EQ(desk.limit(), 380) << "not by less than a twentieth";
}

TEST(Admission, TheLastOnesAreNeverRefused) {
    Desk desk;
    desk.pass(100ms, 0ms);
    desk.enter(1'000);
    desk.pass(5s, 1s);
    EXPECT_EQ(desk.limit(), 10);
    desk.leave(1'000);
    EXPECT_EQ(desk.enter(100), 10U);
}

TEST(Admission, WhoLeavesMakesRoom) {
    Desk desk;
    desk.pass(100ms, 0ms);
    desk.enter(100);
    desk.pass(100ms, 20ms);
    ASSERT_EQ(desk.limit(), 50);
    EXPECT_EQ(desk.enter(1), 0U);
    desk.leave(51);
    EXPECT_EQ(desk.enter(5), 1U);
    EXPECT_EQ(desk.admission.stats().refused_fresh, 5U);
    EXPECT_EQ(desk.admission.stats().in_flight, 50);
}

TEST(Admission, TheLimitGrowsWhileItBindsAndIsLiftedWhenNothingWasRefusedForASecond) {
    Desk desk;
    desk.pass(100ms, 0ms);
    desk.enter(100);
    desk.pass(100ms, 20ms);
    ASSERT_EQ(desk.limit(), 50);
    desk.enter(1);  // refused
    desk.pass(100ms, 0ms);
    EXPECT_EQ(desk.limit(), 61) << "a fifth and one more, without any delay";
    desk.enter(1);
    desk.pass(100ms, 5ms);
    EXPECT_EQ(desk.limit(), 68) << "half as fast at half the target";
    desk.pass(900ms, 0ms);
    EXPECT_EQ(desk.limit(), 68) << "nobody asked for more";
    desk.pass(200ms, 0ms);
    EXPECT_EQ(desk.limit(), 0);
    EXPECT_EQ(desk.enter(1'000), 1'000U);
}

TEST(Admission, TheWorstLoopCounts) {
    Desk desk{kConfig, 2};
    desk.pass(100ms, 0ms, 0);
    desk.enter(100);
    for (int i = 0; i < 20; ++i) {
        desk.pass(kLook, 0ms, 0);
        desk.admission.observe(1, 30ms, desk.now);
    }
    EXPECT_NE(desk.limit(), 0);
}

TEST(Admission, AfterASilenceNothingIsKnown) {
    Desk desk;
    desk.pass(100ms, 0ms);
    desk.enter(100);
    desk.pass(200ms, 300ms);
    ASSERT_NE(desk.limit(), 0) << "a loop that is looked at late is late, not silent";
    desk.leave(100);
    desk.now += 10s;
    desk.enter(20);
    desk.admission.observe(0, 0ms, desk.now);
    EXPECT_EQ(desk.limit(), 0);
}

struct PriorityRow {
    const char* claim;
    Priority priority;
    Clock::duration delay;
    bool admitted;
};
class PriorityAdmitted : public testing::TestWithParam<PriorityRow> {};

TEST_P(PriorityAdmitted, Or) {
    const PriorityRow& row = GetParam();
    Desk desk;
    desk.pass(100ms, 0ms);
    desk.enter(100);
    desk.pass(300ms, row.delay);
    EXPECT_EQ(desk.admission.admit(row.priority, desk.now).has_value(), row.admitted) << row.claim;
    EXPECT_EQ(desk.admission.refuses(row.priority), !row.admitted && row.priority == Priority::fresh) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Admission, PriorityAdmitted,
                         testing::Values(PriorityRow{"new work comes last", Priority::fresh, 20ms, false},
                                         PriorityRow{"what goes on goes on", Priority::ongoing, 199ms, true},
                                         PriorityRow{"until nothing else helps", Priority::ongoing, 200ms, false},
                                         PriorityRow{"health and metrics always", Priority::vital, 10s, true}));

TEST(Admission, OngoingRequestsAreLetInAgainWhenNobodyLooksAnyMore) {
    Desk desk;
    desk.pass(100ms, 0ms);
    desk.enter(100);
    desk.pass(300ms, 1s);
    ASSERT_FALSE(desk.admission.admit(Priority::ongoing, desk.now));
    EXPECT_TRUE(desk.admission.admit(Priority::ongoing, desk.now + 1s));
}

TEST(Admission, SwitchedOffItRefusesNobody) {
    Desk desk{{.enabled = false, .target = 10ms, .interval = 100ms, .min_in_flight = 10}};
    desk.pass(100ms, 0ms);
    desk.enter(1'000);
    desk.pass(1s, 1s);
    EXPECT_EQ(desk.enter(1'000), 1'000U);
}

/// A loop that needs 1 ms of time for each request, and requests that come faster: what is let in must be what the loop can do, and
/// what it does must be worth having.
TEST(Admission, AtFiveTimesTheLoadTheLoopIsNeverIdleAndNobodyWaitsLong) {
    Desk desk{{.target = 10ms, .interval = 100ms, .min_in_flight = 4}};
    std::deque<std::pair<TimePoint, Admission::Place>> queue;
    Clock::duration longest{};
    int done = 0;
    const auto run = [&](Clock::duration time, int a_millisecond) {
        done = 0;
        longest = {};
        for (const auto end = desk.now + time; desk.now < end;) {
            desk.now += 1ms;
            for (int i = 0; i < a_millisecond; ++i) {
                if (auto place = desk.admission.admit(Priority::fresh, desk.now)) queue.emplace_back(desk.now, std::move(*place));
            }
            if (!queue.empty()) {
                longest = std::max(longest, desk.now - queue.front().first);
                queue.pop_front();
                ++done;
            }
            const auto waiting = static_cast<std::int64_t>(queue.size());
            if (desk.now.time_since_epoch() % 5ms == 0ms) desk.admission.observe(0, waiting * 1ms, desk.now);
        }
    };
    run(2s, 1);
    EXPECT_EQ(done, 2'000) << "the saturating load is served whole";
    run(2s, 5);  // the first moment: what the limit is, it has to find out
    run(10s, 5);
    EXPECT_GE(done, 9'900) << "goodput under overload";
    EXPECT_LE(longest, 100ms) << "of those that were let in";
    run(2s, 1);
    const auto refused = desk.admission.stats().refused_fresh;
    run(2s, 1);
    EXPECT_EQ(desk.admission.stats().refused_fresh, refused) << "back to normal";
    EXPECT_GE(done, 1'990);
}
}  // namespace
}  // namespace rondo::net
