#include "base/config/schema.hpp"

#include "base/rng.hpp"
#include "sample.hpp"
#include "support/json_schema.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace rondo::config {
namespace {
using boost::json::value;

value schema() {
    sample::Config defaults;
    Description description;
    describe(description, defaults);
    return json_schema(description, "sample");
}
bool loads(const std::string& json) {
    const auto loaded = load_text<sample::Config>(Text{"c.json", json, Format::json}, {});
    return loaded.has_value();
}

struct Row {
    const char* claim;
    const char* json;
    bool valid;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }
class SchemaAndLoader : public testing::TestWithParam<Row> {};
TEST_P(SchemaAndLoader, SayTheSame) {
    const Row& row = GetParam();
    EXPECT_EQ(support::schema_fault(schema(), boost::json::parse(row.json)).empty(), row.valid) << row.json;
    EXPECT_EQ(loads(row.json), row.valid) << row.json;
}
INSTANTIATE_TEST_SUITE_P(Config, SchemaAndLoader, testing::Values(
    Row{"nothing is needed",                        R"({})",                                       true},
    Row{"a section may be empty",                   R"({"server": null})",                         true},
    Row{"a section is no value",                    R"({"server": 3})",                            false},
    Row{"unknown settings are refused",             R"({"srever": {}})",                           false},
    Row{"in sections, too",                         R"({"server": {"prot": 1}})",                  false},
    Row{"one of the words",                         R"({"log_level": "warn"})",                    true},
    Row{"another word",                             R"({"log_level": "loud"})",                    false},
    Row{"the range's end",                          R"({"rate": 1})",                              true},
    Row{"past the range's end",                     R"({"rate": 1.1})",                            false},
    Row{"half open ranges",                         R"({"budget": -1})",                           false},
    Row{"the integer's own type bounds it",         R"({"server": {"port": 65536}})",              false},
    Row{"up to its last value",                     R"({"server": {"port": 65535}})",              true},
    Row{"no fraction in an integer",                R"({"server": {"port": 1.5}})",                false},
    Row{"booleans are not words",                   R"({"server": {"cors": "true"}})",             false},
    Row{"a time in the key's unit",                 R"({"server": {"timeout_ms": 6000}})",         true},
    Row{"below its bound",                          R"({"server": {"timeout_ms": 99}})",           false},
    Row{"finer than it can hold",                   R"({"server": {"timeout_ms": 6000.5}})",       false},
    Row{"a plain range of a time",                  R"({"server": {"first_token_ms": 49}})",       false},
    Row{"a time with its own unit",                 R"({"server": {"timeout_ms": "6s"}})",         true},
    Row{"no such unit",                             R"({"server": {"timeout_ms": "6 weeks"}})",    false},
    Row{"a key without a unit wants one",           R"({"pause": 5})",                             false},
    Row{"and takes one",                            R"({"pause": "5ms"})",                         true},
    Row{"coarse times",                             R"({"ttl_s": 0.5})",                           false},
    Row{"an optional may be null",                  R"({"model": null})",                          true},
    Row{"others may not",                           R"({"rate": null})",                           false},
    Row{"a list of words",                          R"({"nodes": ["npc"]})",                       true},
    Row{"with an unknown one",                      R"({"nodes": ["nobody"]})",                    false},
    Row{"a list is no word",                        R"({"nodes": "npc"})",                         false},
    Row{"a secret's words",                         R"({"token": "loud"})",                        false},
    Row{"the root is an object",                    R"([])",                                       false}));

TEST(Schema, SaysWhatDescribeSays) {
    const auto root = schema();
    const auto& properties = root.at("properties");
    const auto& timeout = properties.at("server").at("properties").at("timeout_ms");
    EXPECT_EQ(timeout.at("description"), "Whole call.");
    EXPECT_EQ(timeout.at("default"), 30000);
    EXPECT_EQ(timeout.at("x-env"), "RONDO_SERVER__TIMEOUT_MS");
    EXPECT_EQ(timeout.at("x-reload"), "live");
    EXPECT_EQ(properties.at("token").at("writeOnly"), true);
    EXPECT_FALSE(properties.at("token").as_object().contains("default")) << "a secret's default is one, too";
    EXPECT_EQ(properties.at("nodes").at("default"), (boost::json::array{"intent", "npc"}));
}

/// A document of settings whose values come from a pool of likely and unlikely ones.
boost::json::object any_document(Rng& rng, const value& of) {
    static const value kPool[] = {0,
                                  1,
                                  7,
                                  49,
                                  6000,
                                  70'000,
                                  -1,
                                  0.25,
                                  1.5,
                                  true,
                                  "info",
                                  "intent",
                                  "250ms",
                                  "1.5 s",
                                  "5 weeks",
                                  "x",
                                  "",
                                  nullptr,
                                  boost::json::array{"npc"},
                                  boost::json::object{}};
    boost::json::object document;
    for (const auto& [key, rule] : of.at("properties").as_object()) {
        if (rng.below(3) != 0) continue;
        const auto* nested = rule.as_object().if_contains("properties");
        document[key] = nested && rng.below(4) != 0 ? value(any_document(rng, rule)) : kPool[rng.below(std::size(kPool))];
    }
    return document;
}

TEST(Schema, WhatItAcceptsTheLoaderAccepts) {
    const auto root = schema();
    Rng rng{20260131};
    int accepted = 0, refused = 0;
    for (int i = 0; i < 6'000; ++i) {
        const auto document = any_document(rng, root);
        if (!support::schema_fault(root, document).empty()) {
            ++refused;
            continue;
        }
        const auto loaded = load_text<sample::Config>(Text{"c.json", boost::json::serialize(document), Format::json}, {});
        // What a schema cannot say: the rule between two settings, and how long or fine a time with a unit of its own may be.
        const bool beyond = !loaded && std::ranges::all_of(loaded.error().faults, [](const Fault& fault) {
            const bool of_a_text = fault.message.find("found the text") != std::string::npos;
            return fault.path == "server.first_token_ms" || fault.path == "server.timeout_ms" || (fault.path == "ttl_s" && of_a_text);
        });
        EXPECT_TRUE(loaded || beyond) << boost::json::serialize(document) << '\n' << faults_text(loaded);
        ++accepted;
    }
    EXPECT_GT(accepted, 200);
    EXPECT_GT(refused, 200);
}
}  // namespace
}  // namespace rondo::config
