#include "base/obs/config.hpp"
#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace rondo::config {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;

const Setting& setting(const Loaded<sample::Config>& loaded, std::string_view key) {
    for (const Setting& each : loaded.settings) {
        if (each.key == key) return each;
    }
    throw std::out_of_range{std::string{key}};
}

struct Row {
    const char* claim;
    std::string yaml;
    Environment env;
    std::vector<Override> flags;
    int port;
    std::string source;
};

class Precedence : public testing::TestWithParam<Row> {};
TEST_P(Precedence, OfLayers) {
    const Row& row = GetParam();
    const auto loaded =
        load_yaml(row.yaml, {.env = row.env, .flags = row.flags, .aliases = {{"PORT", "server.port"}, {"OLD_PORT", "server.port"}}});
    ASSERT_TRUE(loaded) << row.claim << '\n' << faults_text(loaded);
    EXPECT_EQ(loaded->value.server.port, row.port) << row.claim;
    EXPECT_EQ(setting(*loaded, "server.port").source, row.source) << row.claim;
}

const Environment kAll{{"PORT", "1"}, {"OLD_PORT", "2"}, {"RONDO_SERVER__PORT", "3"}};
INSTANTIATE_TEST_SUITE_P(Loader, Precedence, testing::Values(
    Row{"nobody speaks: the default",           "",                  {},                 {},                       8000, "default"},
    Row{"an alias beats the default",           "",                  {{"OLD_PORT", "2"}}, {},                     2,    "env OLD_PORT"},
    Row{"the first alias of the table wins",    "",                  {{"OLD_PORT", "2"}, {"PORT", "1"}}, {},      1,    "env PORT"},
    Row{"our own variable beats the aliases",   "",                  kAll,               {},                       3,    "env RONDO_SERVER__PORT"},
    Row{"an empty variable is not set",         "",                  {{"RONDO_SERVER__PORT", ""}}, {},             8000, "default"},
    Row{"the file beats the environment",       "server:\n  port: 4", kAll,              {},                       4,    "rondo.yaml:2"},
    Row{"the command line beats all",           "server: {port: 4}", kAll, {{"server.port", "5", "--port"}},        5,    "--port"},
    Row{"the last flag wins",                   "",                  {}, {{"server.port", "5"}, {"server.port", "6"}}, 6, "flag"},
    Row{"what is not used may be wrong",        "server: {port: 4}", {{"RONDO_SERVER__PORT", "x"}}, {},            4,    "rondo.yaml:1"}));

TEST(Loader, WhatServersShareLiesBetweenTheFileAndTheCommandLine) {
    LoadOptions options{.env = {{"RONDO_RATE", "0.2"}}, .flags = {{"server.port", "5", "--port"}}};
    options.shared = SharedSettings{"store", {{"rate", "0.7"}, {"server.port", "6"}, {"nodes", "npc, coach"}, {"server.timeout_ms", "9s"}}};
    const auto loaded = load_yaml("rate: 0.3\nlog_level: warn\n", options);
    ASSERT_TRUE(loaded) << faults_text(loaded);
    EXPECT_EQ(loaded->value.rate, 0.7);
    EXPECT_EQ(setting(*loaded, "rate").source, "store");
    EXPECT_EQ(loaded->value.server.port, 5) << "what was typed for this start";
    EXPECT_EQ(loaded->value.log_level, "warn") << "what the store does not speak of";
    EXPECT_THAT(loaded->value.nodes, ElementsAre("npc", "coach"));
    EXPECT_EQ(loaded->value.server.timeout, std::chrono::seconds{9});

    options.shared = SharedSettings{"store", {{"server.prot", "1"}, {"rate", "much"}}};
    EXPECT_EQ(faults_text(load_yaml("", options)),
              "server.prot: store: unknown setting; did you mean server.port?\n"
              "rate: store: expected a number such as 0.5, without quotes, found much");
}

TEST(Loader, NamesEveryFaultAtOnce) {
    const auto loaded = load_yaml("server:\n  prot: 80\n  cors: 3\nrate: 2\nhost: x\nserver.port: 1\nlog_level: {a: 1}\n",
                                  {.env = {{"RONDO_TTL_S", "long"}}, .flags = {{"serve.port", "1", "--set serve.port"}}});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Code::invalid_argument);
    EXPECT_EQ(loaded.error().message, "the configuration has 8 faults");
    EXPECT_EQ(faults_text(loaded),
              "server.prot: rondo.yaml:2: unknown setting; did you mean server.port?\n"
              "host: rondo.yaml:5: unknown setting; did you mean server.host?\n"
              "server.port: rondo.yaml:6: a key may not contain a dot; write sections (server: {port: 8000})\n"
              "serve.port: --set serve.port: unknown setting; did you mean server.port?\n"
              "server.cors: rondo.yaml:3: expected true or false, without quotes, found 3\n"
              "log_level: rondo.yaml:7: expected text, found a section\n"
              "rate: rondo.yaml:4: expected 0 to 1, found 2\n"
              "ttl_s: env RONDO_TTL_S: expected a number of seconds or a time such as \"250ms\", \"10s\", \"5m\", found long");
}

TEST(Loader, ASectionIsNotAValueAndTheRootIsAMap) {
    EXPECT_EQ(faults_text(load_yaml("server: 3")), "server: rondo.yaml:1: expected a section with settings of its own");
    EXPECT_EQ(faults_text(load_yaml("- a")), "rondo.yaml:1: expected sections and settings (key: value)");
    EXPECT_EQ(faults_text(load_yaml("zzzzzzzz: 1")), "zzzzzzzz: rondo.yaml:1: unknown setting; remove it");
}

TEST(Loader, RulesAreCheckedOnTheResult) {
    EXPECT_EQ(faults_text(load_yaml("server: {timeout_ms: 6s}", {.env = {{"RONDO_SERVER__FIRST_TOKEN_MS", "7s"}}})),
              "server.first_token_ms: env RONDO_SERVER__FIRST_TOKEN_MS: must not exceed timeout_ms");
    EXPECT_EQ(faults_text(load_yaml("server: {timeout_ms: 4s}")), "server.first_token_ms: must not exceed timeout_ms")
        << "the fault may lie with a default";
    EXPECT_EQ(faults_text(load_yaml("server: {timeout_ms: 200s, first_token_ms: 55s}")),
              "server.timeout_ms: rondo.yaml:1: expected 100ms to 2m, found 200s")
        << "a rule beside a faulty value would only confuse";
}

TEST(Loader, UnknownVariablesOfOursAreWarnings) {
    const auto loaded = load_yaml("", {.env = {{"RONDO_LOG_LEVL", "x"},
                                               {"RONDO_PORT", "1"},
                                               {"RONDO_SERVER_HOST", "x"},
                                               {"RONDO_ZZZZZZZZZZZZ", "x"},
                                               {"RONDOX", "x"},
                                               {"HOME", "/root"}}});
    ASSERT_TRUE(loaded);
    EXPECT_THAT(loaded->warnings, ElementsAre("RONDO_LOG_LEVL: no such setting, ignored; did you mean RONDO_LOG_LEVEL?",
                                              "RONDO_PORT: no such setting, ignored; did you mean RONDO_SERVER__PORT?",
                                              "RONDO_SERVER_HOST: no such setting, ignored; did you mean RONDO_SERVER__HOST?",
                                              "RONDO_ZZZZZZZZZZZZ: no such setting, ignored"));
}

TEST(Loader, AliasesMayTransformCheckAndWarn) {
    LoadOptions options;
    options.aliases = {{.name = "MODEL_HOST",
                        .key = "model",
                        .read = [](std::string_view host, const Environment& all) -> Result<std::string> {
                            const auto port = all.find("MODEL_PORT");
                            return "http://" + std::string{host} + (port == all.end() ? "" : ":" + port->second);
                        }},
                       {.name = "COORDINATOR_ENGINE",
                        .read = [](std::string_view engine, const Environment&) -> Result<std::string> {
                            if (engine != "dynamic_workflow")
                                return fail(Code::invalid_argument, "only dynamic_workflow exists; remove it");
                            return std::string{engine};
                        }},
                       {.name = "ALLOW_LEGACY_COORDINATOR", .warning = "there is no legacy coordinator any more"},
                       {.name = "NODES", .key = "nodes"},
                       {.name = "RONDO_CONFIG"},
                       {.name = "REDIS_URL", .key = "redis.url"}};

    options.env = {{"MODEL_HOST", "m"},
                   {"MODEL_PORT", "1"},
                   {"COORDINATOR_ENGINE", "dynamic_workflow"},
                   {"ALLOW_LEGACY_COORDINATOR", "true"},
                   {"NODES", "npc, coach,"},
                   {"RONDO_CONFIG", "x"},
                   {"REDIS_URL", "redis://h"}};
    const auto loaded = load_yaml("", options);
    ASSERT_TRUE(loaded) << faults_text(loaded);
    EXPECT_EQ(loaded->value.model, "http://m:1");
    EXPECT_THAT(loaded->value.nodes, ElementsAre("npc", "coach"));
    EXPECT_THAT(loaded->warnings, ElementsAre("ALLOW_LEGACY_COORDINATOR: there is no legacy coordinator any more",
                                              "REDIS_URL: has no effect, there is no setting redis.url"));

    options.env = {{"COORDINATOR_ENGINE", "legacy"}};
    EXPECT_EQ(faults_text(load_yaml("", options)), "COORDINATOR_ENGINE: only dynamic_workflow exists; remove it");
}

TEST(Loader, ListsEverySettingWithItsSource) {
    const auto loaded = load_yaml("token: hush");
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->settings.size(), 14u);
    EXPECT_EQ(setting(*loaded, "server.timeout_ms"), (Setting{"server.timeout_ms", "RONDO_SERVER__TIMEOUT_MS", "duration", "30000", "30000",
                                                              "default", "Whole call.", "100ms to 2m", Reload::live}));
    EXPECT_EQ(setting(*loaded, "token"), (Setting{"token", "RONDO_TOKEN", "string", "***", "", "rondo.yaml:1", "Password.",
                                                  "one of: , hush, whisper", Reload::restart}));
    EXPECT_EQ(setting(*loaded, "pause").value, "50ms");
    EXPECT_EQ(loaded->value.token, "hush") << "the program sees the secret";
    EXPECT_THAT(loaded->warnings, IsEmpty());
}

TEST(Loader, KeepsTheGivenDefaults) {
    sample::Config defaults;
    defaults.server.port = 7;
    const auto loaded = load_text(std::nullopt, {}, defaults);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->value.server.port, 7);
    EXPECT_EQ(setting(*loaded, "server.port").default_value, "7");
}

TEST(Loader, ReadsTheLoggersOwnSettings) {
    const auto loaded = load_text<obs::Config>(Text{"r.yaml", "level: debug\nqueue_lines: 64\n"}, {});
    ASSERT_TRUE(loaded) << faults_text(loaded);
    EXPECT_EQ(loaded->value.level, "debug");
    EXPECT_EQ(loaded->value.queue_lines, 64);
}

TEST(Loader, ReadsFilesByTheirExtension) {
    const std::filesystem::path folder{testing::TempDir()};
    const auto write = [&](const char* name, std::string_view body) {
        std::ofstream{folder / name, std::ios::binary} << body;
        return folder / name;
    };
    const auto json = load<sample::Config>({.file = write("rondo_config_test.json", R"({"rate": 0.1})")});
    ASSERT_TRUE(json) << faults_text(json);
    EXPECT_EQ(json->value.rate, 0.1);
    EXPECT_FALSE(load<sample::Config>({.file = write("rondo_config_bad.json", "rate: 0.1")})) << "JSON is not YAML";
    EXPECT_TRUE(load<sample::Config>({.file = write("rondo_config_test.yml", "rate: 0.1")}));

    const auto missing = load<sample::Config>({.file = folder / "rondo_config_missing.yaml"});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Code::not_found);
    EXPECT_EQ(read_text(folder).error().code, Code::invalid_argument) << "a folder";
    EXPECT_TRUE(read_text(write("rondo_config_long.yaml", std::string(kMaxFileBytes, '#')))) << "the limit itself";
    EXPECT_EQ(read_text(write("rondo_config_long.yaml", std::string(kMaxFileBytes + 1, '#'))).error().code, Code::invalid_argument);
    for (const char* name : {"rondo_config_test.json", "rondo_config_bad.json", "rondo_config_test.yml", "rondo_config_long.yaml"}) {
        std::filesystem::remove(folder / name);
    }
}

TEST(Loader, SeesTheProcessEnvironment) { EXPECT_TRUE(process_environment().contains("PATH")); }
}  // namespace
}  // namespace rondo::config
