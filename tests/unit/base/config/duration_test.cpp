#include "base/config/duration.hpp"

#include <gtest/gtest.h>

namespace rondo::config {
namespace {
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct Row {
    const char* claim;
    std::string text;
    std::optional<nanoseconds> unit;
    std::optional<nanoseconds> time;
};

class DurationTest : public testing::TestWithParam<Row> {};
TEST_P(DurationTest, Parses) {
    const Row& row = GetParam();
    EXPECT_EQ(parse_duration(row.text, row.unit), row.time) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Duration, DurationTest, testing::Values(
    Row{"a bare number takes the unit",     "250",      1ms,          250ms},
    Row{"its own unit wins",                "2s",       1ms,          2s},
    Row{"no unit anywhere",                 "250",      std::nullopt, std::nullopt},
    Row{"minutes",                          "5m",       std::nullopt, 5min},
    Row{"hours",                            "2h",       std::nullopt, 2h},
    Row{"days",                             "1d",       std::nullopt, 24h},
    Row{"microseconds",                     "7us",      std::nullopt, 7us},
    Row{"nanoseconds",                      "7ns",      std::nullopt, 7ns},
    Row{"a space before the unit",          "10 s",     std::nullopt, 10s},
    Row{"a fraction",                       "0.1s",     std::nullopt, 100ms},
    Row{"zero",                             "0",        1s,           0s},
    Row{"negative",                         "-1s",      std::nullopt, std::nullopt},
    Row{"an unknown unit",                  "1y",       1s,           std::nullopt},
    Row{"a unit alone",                     "s",        1s,           std::nullopt},
    Row{"nothing",                          "",         1s,           std::nullopt},
    Row{"not a number",                     "nan",      1s,           std::nullopt},
    Row{"endless",                          "inf",      1s,           std::nullopt},
    Row{"longer than a hundred years",      "40000d",   std::nullopt, std::nullopt},
    Row{"something after the unit",         "1s x",     std::nullopt, std::nullopt}));

TEST(Duration, UnitsOfKeys) {
    EXPECT_EQ(unit_of_key("server.timeout_ms"), 1ms);
    EXPECT_EQ(unit_of_key("ttl_s"), 1s);
    EXPECT_EQ(unit_of_key("delay_us"), 1us);
    EXPECT_EQ(unit_of_key("keep_minutes"), 1min);
    EXPECT_EQ(unit_of_key("keep_hours"), 1h);
    EXPECT_EQ(unit_of_key("tokens"), std::nullopt) << "the last letter is not a unit";
}

TEST(Duration, TextUsesTheLargestWholeUnit) {
    EXPECT_EQ(duration_text(90s), "90s");
    EXPECT_EQ(duration_text(1500ms), "1500ms");
    EXPECT_EQ(duration_text(48h), "2d");
    EXPECT_EQ(duration_text(0s), "0s");
    EXPECT_EQ(duration_text(1ns), "1ns");
    EXPECT_EQ(unit_name(1ms), "milliseconds");
    EXPECT_EQ(unit_name(3ms), "ticks");
}
}  // namespace
}  // namespace rondo::config
