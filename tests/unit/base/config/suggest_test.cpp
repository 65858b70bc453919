#include "base/config/suggest.hpp"

#include <gtest/gtest.h>

namespace rondo::config {
namespace {
const std::vector<std::string_view> kKeys{"server", "server.host",    "server.port", "server.timeout_ms",
                                          "llm",    "llm.timeout_ms", "llm.retries", "log_level"};
const std::vector<std::string_view> kVariables{"RONDO_SERVER__HOST", "RONDO_SERVER__PORT", "RONDO_OBS__LOG_LEVEL"};

struct Row {
    const char* claim;
    std::string word;
    std::string meant;
};

class Keys : public testing::TestWithParam<Row> {};
TEST_P(Keys, Nearest) { EXPECT_EQ(nearest_key(GetParam().word, kKeys), GetParam().meant) << GetParam().claim; }
INSTANTIATE_TEST_SUITE_P(Suggest, Keys, testing::Values(
    Row{"two letters swapped",                   "server.prot",        "server.port"},
    Row{"the same section first",                "llm.timeout",        "llm.timeout_ms"},
    Row{"a section left out",                    "retries",            "llm.retries"},
    Row{"the wrong section",                     "server.retries",     "llm.retries"},
    Row{"a misspelt section",                    "sever",              "server"},
    Row{"a misspelt section of a setting",       "sever.port",         "server.port"},
    Row{"nothing is near",                       "completely_different", ""},
    Row{"nothing at all",                        "",                   ""},
    Row{"too long to compare",                   std::string(100'000, 'x'), ""}));

class Variables : public testing::TestWithParam<Row> {};
TEST_P(Variables, Nearest) { EXPECT_EQ(nearest_env(GetParam().word, kVariables), GetParam().meant) << GetParam().claim; }
INSTANTIATE_TEST_SUITE_P(Suggest, Variables, testing::Values(
    Row{"one underscore for two",    "RONDO_SERVER_HOST",    "RONDO_SERVER__HOST"},
    Row{"the section left out",      "RONDO_LOG_LEVEL",      "RONDO_OBS__LOG_LEVEL"},
    Row{"a typing error",            "RONDO_SERVER__PROT",   "RONDO_SERVER__PORT"},
    Row{"the prefix alone",          "RONDO_",               ""},
    Row{"nothing is near",           "RONDO_QQQQQQQQQQQQQQ", ""}));

TEST(Suggest, EnvironmentNames) {
    EXPECT_EQ(env_name("server.timeout_ms"), "RONDO_SERVER__TIMEOUT_MS");
    EXPECT_EQ(env_name("log_level"), "RONDO_LOG_LEVEL");
}
}  // namespace
}  // namespace rondo::config
