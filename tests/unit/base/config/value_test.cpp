#include "sample.hpp"

#include <gtest/gtest.h>

namespace rondo::config {
namespace {
std::string value_of(const Loaded<sample::Config>& loaded, std::string_view key) {
    for (const Setting& setting : loaded.settings) {
        if (setting.key == key) return setting.value;
    }
    return "no such setting";
}

struct Good {
    const char* claim;
    std::string yaml;
    const char* key;
    std::string value;
};

class Accepted : public testing::TestWithParam<Good> {};
TEST_P(Accepted, FromAFile) {
    const Good& row = GetParam();
    const auto loaded = load_yaml(row.yaml);
    ASSERT_TRUE(loaded) << row.claim << '\n' << faults_text(loaded);
    EXPECT_EQ(value_of(*loaded, row.key), row.value) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(Value, Accepted, testing::Values(
    Good{"text",                                     "server: {host: ::1}",        "server.host",       "::1"},
    Good{"a text that looks like a truth",           "server: {host: no}",         "server.host",       "no"},
    Good{"a text that looks like a number",          "server: {host: 1.0}",        "server.host",       "1.0"},
    Good{"an empty text",                            "server: {host: ''}",         "server.host",       ""},
    Good{"the largest port",                         "server: {port: 65535}",      "server.port",       "65535"},
    Good{"true",                                     "server: {cors: true}",       "server.cors",       "true"},
    Good{"a bare number counts in the key's unit",   "server: {first_token_ms: 250}", "server.first_token_ms", "250"},
    Good{"a time with its own unit",                 "server: {timeout_ms: 10s}",  "server.timeout_ms", "10000"},
    Good{"a fraction that is whole in the unit",     "server: {first_token_ms: 1.5s}", "server.first_token_ms", "1500"},
    Good{"the lower bound itself",                   "server: {timeout_ms: 100, first_token_ms: 50}", "server.timeout_ms", "100"},
    Good{"minutes in seconds",                       "ttl_s: 5m",                  "ttl_s",             "300"},
    Good{"a time whose key names no unit",           "pause: 2s",                  "pause",             "2s"},
    Good{"a word of the set",                        "log_level: warn",            "log_level",         "warn"},
    Good{"a real number",                            "rate: 0.25",                 "rate",              "0.25"},
    Good{"a whole number is real",                   "rate: 1",                    "rate",              "1"},
    Good{"a large integer",                          "budget: 9007199254740993",   "budget",            "9007199254740993"},
    Good{"an optional text",                         "model: opus",                "model",             "opus"},
    Good{"an optional text taken back",              "model: null",                "model",             ""},
    Good{"a list",                                   "nodes: [npc, coach]",        "nodes",             "npc,coach"},
    Good{"an empty list",                            "nodes: []",                  "nodes",             ""},
    Good{"a path",                                   "data: /var/lib/rondo",       "data",              "/var/lib/rondo"},
    Good{"a secret is not shown",                    "token: hush",                "token",             "***"},
    Good{"an empty section",                         "server:\n  # all default\n", "server.port",       "8000"}));

struct Bad {
    const char* claim;
    std::string yaml;
    std::string fault;
};

class Refused : public testing::TestWithParam<Bad> {};
TEST_P(Refused, FromAFile) { EXPECT_EQ(faults_text(load_yaml(GetParam().yaml)), GetParam().fault) << GetParam().claim; }

INSTANTIATE_TEST_SUITE_P(Value, Refused, testing::Values(
    Bad{"a word for a number",        "server:\n  port: many",  "server.port: rondo.yaml:2: expected a whole number such as 10, without quotes, found many"},
    Bad{"a quoted number",            "server: {port: '80'}",   "server.port: rondo.yaml:1: expected a whole number such as 10, without quotes, found the text \"80\""},
    Bad{"a fraction of a port",       "server: {port: 80.5}",   "server.port: rondo.yaml:1: expected a whole number such as 10, without quotes, found 80.5"},
    Bad{"past the type",              "server: {port: 65536}",  "server.port: rondo.yaml:1: expected 0 to 65535, found 65536"},
    Bad{"past every integer",         "budget: 99999999999999999999", "budget: rondo.yaml:1: expected a whole number such as 10, without quotes, found 99999999999999999999"},
    Bad{"below an open range",        "budget: -1",             "budget: rondo.yaml:1: expected at least 0, found -1"},
    Bad{"YAML 1.1's yes",             "server: {cors: yes}",    "server.cors: rondo.yaml:1: expected true or false, without quotes, found yes"},
    Bad{"below a range of times",     "server: {timeout_ms: 99, first_token_ms: 50}", "server.timeout_ms: rondo.yaml:1: expected 100ms to 2m, found 99"},
    Bad{"a plain range counts too",   "server: {first_token_ms: 61s}", "server.first_token_ms: rondo.yaml:1: expected 50 to 60000, found 61s"},
    Bad{"a negative time",            "ttl_s: -1",              "ttl_s: rondo.yaml:1: expected a number of seconds or a time such as \"250ms\", \"10s\", \"5m\", found -1"},
    Bad{"an unknown unit",            "ttl_s: 3 weeks",         "ttl_s: rondo.yaml:1: expected a number of seconds or a time such as \"250ms\", \"10s\", \"5m\", found 3 weeks"},
    Bad{"finer than the setting",     "ttl_s: 250ms",           "ttl_s: rondo.yaml:1: expected whole seconds, found 250ms"},
    Bad{"a number without any unit",  "pause: 50",              "pause: rondo.yaml:1: expected a time such as \"250ms\", \"10s\", \"5m\", found 50"},
    Bad{"a near miss of the set",     "log_level: wran",        "log_level: rondo.yaml:1: expected one of: debug, info, warn (did you mean warn?), found wran"},
    Bad{"past a real range",          "rate: 1.01",             "rate: rondo.yaml:1: expected 0 to 1, found 1.01"},
    Bad{"infinity",                   "rate: inf",              "rate: rondo.yaml:1: expected a number such as 0.5, without quotes, found inf"},
    Bad{"a list for a text",          "server: {host: [a]}",    "server.host: rondo.yaml:1: expected text, found a list"},
    Bad{"a text for a list",          "nodes: npc",             "nodes: rondo.yaml:1: expected a list such as [\"a\", \"b\"], found npc"},
    Bad{"a list in a list",           "nodes: [[npc]]",         "nodes: rondo.yaml:1: expected a list of texts, found a list"},
    Bad{"a wrong word in a list",     "nodes: [npc, couch]",    "nodes: rondo.yaml:1: expected one of: intent, npc, coach (did you mean coach?), found a list"},
    Bad{"nothing",                    "rate:",                  "rate: rondo.yaml:1: has no value; give one or remove the key to get the default"},
    Bad{"a secret is not repeated",   "token: whisker",         "token: rondo.yaml:1: expected one of: , hush, whisper (did you mean whisper?)"},
    Bad{"hidden characters show",     "rate: \"a\\u202eb\"",    "rate: rondo.yaml:1: expected a number such as 0.5, without quotes, found the text \"a\\u202eb\""}));

TEST(Value, JsonAndYamlMeanTheSame) {
    const auto json = load_text<sample::Config>(
        Text{"rondo.json", R"({"server": {"port": 81, "cors": true, "timeout_ms": "10s"}, "nodes": ["npc"], "model": null})", Format::json},
        {});
    const auto yaml = load_yaml("server: {port: 81, cors: true, timeout_ms: 10s}\nnodes: [npc]\nmodel:\n");
    ASSERT_TRUE(json) << faults_text(json);
    ASSERT_TRUE(yaml) << faults_text(yaml);
    for (std::size_t i = 0; i < json->settings.size(); ++i) EXPECT_EQ(json->settings[i].value, yaml->settings[i].value);
    EXPECT_EQ(json->value.server.timeout, std::chrono::seconds{10});
}
}  // namespace
}  // namespace rondo::config
