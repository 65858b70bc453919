#include "base/config/reload.hpp"

#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rondo::config {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;

Loaded<sample::Config> loaded(const char* yaml) { return std::move(*load_yaml(yaml)); }
const Setting& setting(const Loaded<sample::Config>& of, std::string_view key) {
    return *std::ranges::find(of.settings, key, &Setting::key);
}

TEST(CarryOver, LiveSettingsChangeAndOthersWait) {
    const auto running = loaded("rate: 0.1\nserver: {port: 1, host: a}\ntoken: hush\ndata: here\n");
    const auto next = carry_over(running, loaded("rate: 0.9\nlog_level: warn\nserver: {port: 2}\ntoken: whisper\ndata: here\n"));
    ASSERT_TRUE(next) << faults_text(next);
    EXPECT_EQ(next->value.rate, 0.9);
    EXPECT_EQ(next->value.log_level, "warn");
    EXPECT_EQ(next->value.server.port, 1);
    EXPECT_EQ(next->value.server.host, "a");
    EXPECT_EQ(next->value.token, "hush");
    EXPECT_THAT(waiting_for_restart(next->settings), ElementsAre("server.host", "server.port", "token"));
    EXPECT_EQ(setting(*next, "server.port").value, "1");
    EXPECT_EQ(setting(*next, "server.port").source, "rondo.yaml:2");
    EXPECT_EQ(setting(*next, "server.port").pending, "2");
    EXPECT_EQ(setting(*next, "server.host").pending, "127.0.0.1") << "a line taken out asks for the default";
    EXPECT_EQ(setting(*next, "token").pending, "***") << "a secret stays one";
}

TEST(CarryOver, WhatIsTakenBackWaitsNoLonger) {
    const auto running = loaded("server: {port: 1}");
    const auto changed = carry_over(running, loaded("server: {port: 2}"));
    const auto back = carry_over(*changed, loaded("server: {port: 1}"));
    ASSERT_TRUE(back);
    EXPECT_THAT(waiting_for_restart(back->settings), IsEmpty());
}

struct Mixed {
    int low{1}, high{2};
};
template <class Visitor>
void describe(Visitor& v, Mixed& c) {
    v.field("low", c.low, Reload::live, "May change.");
    v.field("high", c.high, Reload::restart, "May not.");
    v.rule(c.low < c.high, "low", "must be below high");
}

TEST(CarryOver, AMixtureThatBreaksARuleIsRefused) {
    const auto running = load_text<Mixed>(Text{"m.yaml", ""}, {});
    const auto next = load_text<Mixed>(Text{"m.yaml", "low: 5\nhigh: 9\n"}, {});
    ASSERT_TRUE(running && next);
    const auto mixed = carry_over(*running, *next);
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().code, Code::invalid_argument);
    EXPECT_EQ(mixed.error().faults, (std::vector<Fault>{{"low", "must be below high"}}));
}
}  // namespace
}  // namespace rondo::config
