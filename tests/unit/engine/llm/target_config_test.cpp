#include "engine/llm/target_config.hpp"

#include "base/config/loader.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace rondo::llm {
namespace {
struct Row {
    const char* claim;
    const char* content;
    const char* key;  // "": refused
};
class Key : public testing::TestWithParam<Row> {};
TEST_P(Key, ComesFromTheEnvironment) {
    const auto read = read_key({.key_env = "MY_KEY"}, {{"MY_KEY", GetParam().content}});
    EXPECT_EQ(read ? read->reveal() : "", GetParam().key) << GetParam().claim;
}
TEST_P(Key, ComesFromAFile) {
    const support::TempFolder folder;
    const auto path = folder.path() / "key";
    std::ofstream{path} << GetParam().content;
    const auto read = read_key({.key_file = path.string()}, {});
    EXPECT_EQ(read ? read->reveal() : "", GetParam().key) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Llm, Key, testing::Values(
    Row{"a key",                                     "sk-123", "sk-123"},
    Row{"the last line break is the editor's",       "sk-123\n", "sk-123"},
    Row{"nothing",                                   "", ""},
    Row{"blank lines",                               "\n\n", ""},
    Row{"two lines could smuggle a header in",       "sk-123\r\nx-evil: 1", ""},
    Row{"no ASCII",                                  "钥匙", ""}));

TEST(Key, NobodyNamesOne) {
    const auto read = read_key({}, {{"OPENAI_API_KEY", "sk-1"}});
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->empty()) << "a local server needs none, and no variable is taken unasked";
}

TEST(Key, ErrorsNameThePlaceAndNeverTheContent) {
    const auto unset = read_key({.key_env = "MY_KEY"}, {});
    ASSERT_FALSE(unset);
    EXPECT_EQ(unset.error().message, "the environment variable MY_KEY is not set; put the provider's key there");
    EXPECT_EQ(unset.error().reason, "PROVIDER_KEY_REFUSED");
    const auto bad = read_key({.key_env = "MY_KEY"}, {{"MY_KEY", "sk 123"}});
    ASSERT_FALSE(bad);
    EXPECT_FALSE(bad.error().message.contains("123"));
    EXPECT_TRUE(read_key({.key_file = "/nowhere/key"}, {}).error().message.contains("/nowhere/key"));
    EXPECT_FALSE(read_key({.key_env = "MY_KEY"}, {{"MY_KEY", std::string(5'000, 'x')}})) << "too long";
}

TEST(BaseUrls, AreSplitAtTheQuery) {
    EXPECT_EQ(split_base_url("https://api.openai.com/v1/").endpoint, "https://api.openai.com/v1");
    const auto azure = split_base_url("https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21");
    EXPECT_EQ(azure.endpoint, "https://x.openai.azure.com/openai/deployments/d");
    EXPECT_EQ(azure.query, "api-version=2024-10-21");
    EXPECT_TRUE(azure.azure());
    EXPECT_FALSE(split_base_url("https://api.openai.com/v1").azure());
}

TEST(Abilities, AreTheConfigurationsWord) {
    const auto plain = abilities_of({});
    EXPECT_FALSE(plain.prefill) << "a model that refuses prefills must never get one";
    EXPECT_EQ(plain.dialect, Dialect::openai);
    const auto claude = abilities_of({.kind = "anthropic", .prefill = "trailing", .embeddings = true});
    EXPECT_TRUE(claude.prefill);
    EXPECT_FALSE(claude.embeddings) << "the API has none";
    EXPECT_EQ(claude.dialect, Dialect::anthropic);
}

TEST(Config, IsLoadedLikeAnyOther) {
    const config::Text file{"t.yaml", "kind: anthropic\nbase_url: https://api.anthropic.com\nfirst_token_ms: 3s\nmodel: c\n"};
    const auto loaded = config::load_text<TargetConfig>(file, {});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->value.first_token, std::chrono::seconds{3});
    const config::Text faulty{"t.yaml", "kind: anthropik\n"};
    EXPECT_FALSE(config::load_text<TargetConfig>(faulty, {}));
    const config::Text both{"t.yaml", "base_url: http://h\nkey_env: A\nkey_file: b\n"};
    EXPECT_FALSE(config::load_text<TargetConfig>(both, {}));
    EXPECT_FALSE(config::load_text<TargetConfig>(std::nullopt, {})) << "without an address there is no target";
}
}  // namespace
}  // namespace rondo::llm
