#include "engine/ledger/spend_monitor.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace rondo::ledger {
namespace {
using namespace std::chrono_literals;
using Kind = Alert::Kind;

class SpendMonitorTest : public testing::Test {
protected:
    void call(Money cost, Usage usage = {}, const char* user = "ada") {
        monitor.observe({.scope = {TenantId{"acme"}, UserId{user}}}, {.usage = usage, .model = "m", .decision_id = "d-1"}, cost, now,
                        alerts);
    }
    std::int64_t told(Kind kind) const {
        return std::ranges::count_if(alerts, [&](const Alert& alert) { return alert.kind == kind; });
    }
    static Usage tokens(std::int64_t full, std::int64_t cached) {
        return {.input = {full}, .output = {9}, .cache_write = {}, .cache_read = {cached}};
    }

    SpendMonitor monitor{{}};
    WallTime now = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
    std::vector<Alert> alerts;
};

TEST_F(SpendMonitorTest, ADearCallIsToldOncePerUserAndWindow) {
    call(Money{1'000'000});
    EXPECT_EQ(told(Kind::request_cost), 0) << "exactly the threshold is not more";
    call(Money{1'000'001});
    ASSERT_EQ(told(Kind::request_cost), 1);
    EXPECT_EQ(alerts[0].subject, (Subject{SubjectKind::user, TenantId{"acme"}, "ada"}));
    EXPECT_EQ(alerts[0].decision_id, "d-1");
    EXPECT_EQ(message(alerts[0]), "one call of user:ada cost 1.000001, more than 1.00");
    call(Money{5'000'000});
    EXPECT_EQ(told(Kind::request_cost), 1);
    call(Money{5'000'000}, {}, "bob");
    EXPECT_EQ(told(Kind::request_cost), 2);
    now += 1h;
    call(Money{5'000'000});
    EXPECT_EQ(told(Kind::request_cost), 3);
}

TEST_F(SpendMonitorTest, ALowCacheRateIsToldOnceThereIsEnoughToJudge) {
    call({}, tokens(99'999, 0));
    EXPECT_EQ(told(Kind::cache_hit_rate), 0) << "too little yet";
    call({}, tokens(1, 0));
    EXPECT_EQ(told(Kind::cache_hit_rate), 1);
    call({}, tokens(100'000, 0));
    EXPECT_EQ(told(Kind::cache_hit_rate), 1) << "once per window";
    now += 1h;
    call({}, tokens(100'000, 100'000));
    EXPECT_EQ(told(Kind::cache_hit_rate), 1) << "half is enough";
    call({}, tokens(1, 0));
    EXPECT_EQ(told(Kind::cache_hit_rate), 2) << "a token less is not";
}

TEST_F(SpendMonitorTest, AMinuteFarAboveTheMeanIsASpike) {
    for (int minute = 0; minute < 10; ++minute, now += 1min) call(Money{300'000});
    call(Money{1'500'000});
    EXPECT_EQ(told(Kind::spend_spike), 0) << "five times the mean is not more than that";
    call(Money{1});
    ASSERT_EQ(told(Kind::spend_spike), 1);
    EXPECT_EQ(alerts.back().threshold, Money{300'000});
    EXPECT_EQ(alerts.back().amount, Money{1'500'001});
    call(Money{1'000'000});
    EXPECT_EQ(told(Kind::spend_spike), 1) << "once per window";
}

TEST_F(SpendMonitorTest, ASmallOrAVeryFirstMinuteIsNoSpike) {
    for (int minute = 0; minute < 4; ++minute, now += 1min) call(Money{900'000});
    EXPECT_EQ(told(Kind::spend_spike), 0) << "nothing to compare with";
    now += 20min;
    call(Money{999'999});
    EXPECT_EQ(told(Kind::spend_spike), 0) << "below the floor";
    call(Money{1});
    EXPECT_EQ(told(Kind::spend_spike), 1) << "after a quiet time the floor alone counts";
}

TEST_F(SpendMonitorTest, AnHourOfSilenceIsForgotten) {
    for (int minute = 0; minute < 10; ++minute, now += 1min) call(Money{900'000});
    now += 31min;
    call(Money{2'000'000});
    ASSERT_EQ(told(Kind::spend_spike), 1);
    EXPECT_EQ(alerts.back().threshold, Money{0});
}

TEST_F(SpendMonitorTest, ZeroSwitchesEachOff) {
    monitor.set({.request_cost = {}, .cache_hit_percent = 0, .spike_factor = 0});
    for (int minute = 0; minute < 10; ++minute, now += 1min) call(Money{}, tokens(100'000, 0));
    call(Money{900'000'000}, tokens(1'000'000, 0));
    EXPECT_TRUE(alerts.empty());
}

TEST_F(SpendMonitorTest, MoreTenantsThanCanBeWatchedDoNotGrowIt) {
    for (std::size_t i = 0; i < 2 * SpendMonitor::kTenants; ++i) {
        const Spender spender{.scope = {TenantId{"t" + std::to_string(i)}, UserId{}}};
        monitor.observe(spender, {.usage = tokens(100'000, 0), .model = "m"}, {}, now, alerts);
    }
    EXPECT_EQ(told(Kind::cache_hit_rate), static_cast<std::int64_t>(SpendMonitor::kTenants));
    now += 2h;
    monitor.observe({.scope = {TenantId{"late"}, UserId{}}}, {.usage = tokens(100'000, 0), .model = "m"}, {}, now, alerts);
    EXPECT_EQ(told(Kind::cache_hit_rate), static_cast<std::int64_t>(SpendMonitor::kTenants) + 1) << "room again once others are quiet";
}
}  // namespace
}  // namespace rondo::ledger
