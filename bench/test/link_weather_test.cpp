#include "link_weather.hpp"

#include <gtest/gtest.h>

namespace rondo::bench {
namespace {
using namespace std::chrono_literals;
using Time = LinkWeather::Time;
constexpr Time kHours = 10h;

TEST(LinkWeather, IsTheSameForTheSameSeedHoweverItIsAsked) {
    LinkWeather one{{}, 7}, two{{}, 7}, other{{}, 8};
    static_cast<void>(two.next_cut(kHours));
    bool differs = false;
    for (Time at{}; at < 10min; at += 37ms) {
        ASSERT_EQ(one.arrival(at), two.arrival(at));
        ASSERT_EQ(one.next_cut(at), two.next_cut(at));
        differs |= one.arrival(at) != other.arrival(at);
    }
    EXPECT_TRUE(differs);
}

TEST(LinkWeather, CutsComeAsOftenAsIsWanted) {
    LinkWeather weather{{.cuts_per_minute = 2}, 1};
    int cuts = 0;
    for (Time at{}; (at = weather.next_cut(at)) < kHours;) ++cuts;
    EXPECT_NEAR(cuts, 1'200, 60);
}

TEST(LinkWeather, IsStalledForItsShareOfTheTimeAndKeepsTheOrder) {
    LinkWeather weather{{.round_trip = 300ms, .stall = 500ms, .stalled = 0.05}, 1};
    int held = 0, all = 0;
    Time before{};
    for (Time at{}; at < 2h; at += 10ms, ++all) {
        const Time arrival = weather.arrival(at);
        ASSERT_GE(arrival, at + 150ms);
        ASSERT_LE(arrival, at + 650ms);
        ASSERT_GE(arrival, before);
        if (arrival > at + 150ms) ++held;
        before = arrival;
    }
    EXPECT_NEAR(static_cast<double>(held) / all, 0.05, 0.005);
}

TEST(LinkWeather, FineWeatherOnlyTakesTime) {
    LinkWeather weather{{.round_trip = 300ms, .stalled = 0, .cuts_per_minute = 0}, 1};
    EXPECT_EQ(weather.arrival(1h), 1h + 150ms);
    EXPECT_EQ(weather.next_cut(0s), Time::max());
}
}  // namespace
}  // namespace rondo::bench
