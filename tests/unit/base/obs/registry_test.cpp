#include "base/obs/registry.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace rondo::obs {
namespace {
TEST(Registry, ExposesTheTextFormatSortedByName) {
    Registry registry;
    registry.gauge("rondo_sessions", "Open sessions.").set(3);
    registry.counter("rondo_turns_total", "Turns.", {{"status", "ok"}}).add();
    registry.counter("rondo_turns_total", "Turns.", {{"status", "ok"}}).add(2);
    EXPECT_EQ(registry.expose(),
              "# HELP rondo_sessions Open sessions.\n"
              "# TYPE rondo_sessions gauge\n"
              "rondo_sessions 3\n"
              "# HELP rondo_turns_total Turns.\n"
              "# TYPE rondo_turns_total counter\n"
              "rondo_turns_total{status=\"ok\"} 3\n");
}

TEST(Registry, HistogramBucketsAreCumulativeAndIncludeTheirBound) {
    Registry registry;
    auto& seconds = registry.histogram("turn_seconds", "Turn.", {0.01, 0.05, 0.1, 2.5, 10}, {{"engine", "dynamic_workflow"}});
    for (const double value : {0.01, 0.011, 2.5, 11.0}) seconds.observe(value);
    EXPECT_EQ(registry.expose(),
              "# HELP turn_seconds Turn.\n"
              "# TYPE turn_seconds histogram\n"
              "turn_seconds_count{engine=\"dynamic_workflow\"} 4\n"
              "turn_seconds_sum{engine=\"dynamic_workflow\"} 13.521\n"
              "turn_seconds_bucket{engine=\"dynamic_workflow\",le=\"0.01\"} 1\n"
              "turn_seconds_bucket{engine=\"dynamic_workflow\",le=\"0.05\"} 2\n"
              "turn_seconds_bucket{engine=\"dynamic_workflow\",le=\"0.1\"} 2\n"
              "turn_seconds_bucket{engine=\"dynamic_workflow\",le=\"2.5\"} 3\n"
              "turn_seconds_bucket{engine=\"dynamic_workflow\",le=\"10\"} 3\n"
              "turn_seconds_bucket{engine=\"dynamic_workflow\",le=\"+Inf\"} 4\n");
}

TEST(Registry, LabelValuesAreEscaped) {
    Registry registry;
    registry.counter("c_total", "C.", {{"what", "a\"b\\c\nd"}}).add();
    EXPECT_NE(registry.expose().find(R"(c_total{what="a\"b\\c\nd"} 1)"), std::string::npos) << registry.expose();
}

TEST(Registry, FineSecondsStartAtTenMicroseconds) {
    Registry registry;
    registry.histogram("overhead_seconds", "O.", fine_seconds()).observe(9e-6);
    EXPECT_NE(registry.expose().find("overhead_seconds_bucket{le=\"1e-05\"} 1"), std::string::npos) << registry.expose();
}

TEST(Registry, SamplesAreAskedAtEachScrape) {
    Registry registry;
    double lag = 1;
    registry.sample("lag_seconds", "Lag.", [&] { return lag; }, {{"loop", "0"}});
    registry.sample_total("fdatasyncs_total", "Syncs.", [&] { return lag * 10; });
    EXPECT_NE(registry.expose().find("lag_seconds{loop=\"0\"} 1\n"), std::string::npos);
    lag = 2;
    EXPECT_EQ(registry.expose(),
              "# HELP fdatasyncs_total Syncs.\n# TYPE fdatasyncs_total counter\nfdatasyncs_total 20\n"
              "# HELP lag_seconds Lag.\n# TYPE lag_seconds gauge\nlag_seconds{loop=\"0\"} 2\n");
}

TEST(Registry, TheSameNameAndLabelsAreTheSameHandle) {
    Registry registry;
    EXPECT_EQ(&registry.counter("c_total", "C."), &registry.counter("c_total", "another help"));
    EXPECT_NE(&registry.counter("c_total", "C."), &registry.counter("c_total", "C.", {{"a", "b"}}));
    EXPECT_EQ(&registry.gauge("g", "G."), &registry.gauge("g", "G."));
}

TEST(Registry, TooManyLabelSetsShareOneSeries) {
    Registry registry;
    for (std::size_t i = 0; i < Registry::kMaxSeries + 5; ++i) registry.counter("c_total", "C.", {{"arm", std::to_string(i)}}).add();
    EXPECT_EQ(registry.counter("c_total", "C.", {{"arm", "unseen"}}).value(), 5);
    EXPECT_NE(registry.expose().find("c_total{arm=\"other\"} 5\n"), std::string::npos);
}

TEST(Registry, CountersOnlyGoUpAndGaugesGoBothWays) {
    Registry registry;
    auto& counter = registry.counter("c_total", "C.");
    counter.add(2);
    counter.add(-1);
    EXPECT_EQ(counter.value(), 2);
    auto& gauge = registry.gauge("g", "G.");
    gauge.set(2);
    gauge.add(-3);
    EXPECT_EQ(gauge.value(), -1);
}

TEST(Registry, ThreadsMayCountRegisterAndScrapeAtOnce) {
    Registry registry;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&registry] {
            for (int i = 0; i < 500; ++i) {
                registry.counter("c_total", "C.", {{"arm", std::to_string(i % 7)}}).add();
                if (i % 100 == 0) EXPECT_FALSE(registry.expose().empty());
            }
        });
    }
    for (auto& thread : threads) thread.join();
    double sum = 0;
    for (int i = 0; i < 7; ++i) sum += registry.counter("c_total", "C.", {{"arm", std::to_string(i)}}).value();
    EXPECT_EQ(sum, 2000);
}

TEST(RegistryDeathTest, OurOwnMistakesEndTheProcess) {
    Registry registry;
    registry.counter("taken", "C.");
    EXPECT_DEATH(registry.gauge("taken", "G."), "taken");
    EXPECT_DEATH(registry.counter("no spaces", "C."), "no spaces");
    EXPECT_DEATH(registry.counter("c_total", "C.", {{"bad-label", "x"}}), "c_total");
}
}  // namespace
}  // namespace rondo::obs
