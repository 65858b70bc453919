#include "base/config/reload.hpp"
#include "base/config/schema.hpp"
#include "sample.hpp"
#include "support/json_schema.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace rondo {
/// Named sections, one of them nested deeper than its map.
namespace sample {
struct Clocks {
    int gap{5};
};
template <class Visitor>
void describe(Visitor& v, Clocks& c) {
    v.field("gap", c.gap, Reload::live, "Seconds.", in(1, 60));
}
struct Place {
    std::string url;
    std::string key;
    int port{1};
    Clocks clocks;
};
template <class Visitor>
void describe(Visitor& v, Place& c) {
    v.field("url", c.url, Reload::live, "Address.");
    v.field("key", c.key, Reload::live, "Password.", Secret{});
    v.field("port", c.port, Reload::restart, "Port.");
    v.section("clocks", c.clocks);
    v.rule(!c.url.empty(), "url", "must be given");
}
struct Places {
    std::map<std::string, Place> places;
};
template <class Visitor>
void describe(Visitor& v, Places& c) {
    v.map("places", c.places, "Where to go.");
}
struct Trip {
    Places llm;
};
template <class Visitor>
void describe(Visitor& v, Trip& c) {
    v.section("llm", c.llm);
}
}  // namespace sample

namespace config {
namespace {
using testing::ElementsAre;

Result<Loaded<sample::Trip>> load_trip(const std::string& yaml, const LoadOptions& options = {}) {
    return load_text<sample::Trip>(Text{"t.yaml", yaml}, options);
}

/// "name=url:port/gap" of every entry, in order.
std::string entries(const Result<Loaded<sample::Trip>>& loaded) {
    if (!loaded) return faults_text(loaded);
    std::string all;
    for (const auto& [name, place] : loaded->value.llm.places) {
        all +=
            (all.empty() ? "" : " ") + name + "=" + place.url + ":" + std::to_string(place.port) + "/" + std::to_string(place.clocks.gap);
    }
    return all;
}

struct Row {
    const char* claim;
    const char* yaml;
    Environment env;
    const char* loaded;
};
class Maps : public testing::TestWithParam<Row> {};
TEST_P(Maps, TakeTheirEntriesFromEveryLayer) {
    EXPECT_EQ(entries(load_trip(GetParam().yaml, {.env = GetParam().env})), GetParam().loaded) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Config, Maps, testing::Values(
    Row{"nobody names one",                       "", {}, ""},
    Row{"the file names two",                     "llm: {places: {b: {url: x, port: 2}, a: {url: y}}}", {}, "a=y:1/5 b=x:2/5"},
    Row{"sections below an entry",                "llm: {places: {a: {url: y, clocks: {gap: 9}}}}", {}, "a=y:1/9"},
    Row{"the environment names one",              "", {{"RONDO_LLM__PLACES__HOME__URL", "x"}}, "home=x:1/5"},
    Row{"a name may have one underline",          "", {{"RONDO_LLM__PLACES__MY_HOME__CLOCKS__GAP", "7"}, {"RONDO_LLM__PLACES__MY_HOME__URL", "x"}}, "my_home=x:1/7"},
    Row{"the file goes over the environment",     "llm: {places: {a: {url: file}}}", {{"RONDO_LLM__PLACES__A__URL", "env"}, {"RONDO_LLM__PLACES__A__PORT", "3"}}, "a=file:3/5"},
    Row{"an empty variable names none",           "", {{"RONDO_LLM__PLACES__A__URL", ""}}, ""},
    Row{"rules hold for each entry",              "llm: {places: {a: {url: x}, b: {port: 2}}}", {}, "llm.places.b.url: must be given"},
    Row{"an entry without lines has the defaults", "llm: {places: {a: }}", {}, "llm.places.a.url: must be given"},
    Row{"bounds hold in each entry",              "llm: {places: {a: {url: x, clocks: {gap: 99}}}}", {}, "llm.places.a.clocks.gap: t.yaml:1: expected 1 to 60, found 99"},
    Row{"what an entry has not is a fault",       "llm: {places: {a: {url: x, prt: 2}}}", {}, "llm.places.a.prt: t.yaml:1: unknown setting; did you mean llm.places.a.port?"},
    Row{"a name that is none is a fault",         "llm: {places: {Home: {url: x}}}", {}, "llm.places.Home: t.yaml:1: a name begins with a letter and has lower-case letters, digits, - and single _"},
    Row{"an entry is a section",                  "llm: {places: {a: 3}}", {}, "llm.places.a: t.yaml:1: expected a section with settings of its own\nllm.places.a.url: must be given"},
    Row{"a map is a section",                     "llm: {places: [a]}", {}, "llm.places: t.yaml:1: expected a section with settings of its own"}));

TEST(Maps, FlagsAndSharedSettingsNameEntriesToo) {
    LoadOptions options{.flags = {{"llm.places.a.url", "flag", "--set"}}};
    options.shared = SharedSettings{"store", {{"llm.places.b.url", "shared"}, {"llm.places.a.url", "shared"}}};
    EXPECT_EQ(entries(load_trip("", options)), "a=flag:1/5 b=shared:1/5");
}

TEST(Maps, EveryEntryHasSettingsOfItsOwn) {
    const auto loaded = load_trip("llm: {places: {a: {url: x, key: hush}}}");
    ASSERT_TRUE(loaded) << faults_text(loaded);
    std::vector<std::string> keys, variables, values;
    for (const auto& setting : loaded->settings) {
        keys.push_back(setting.key);
        variables.push_back(setting.env);
        values.push_back(setting.value);
    }
    EXPECT_THAT(keys, ElementsAre("llm.places.a.url", "llm.places.a.key", "llm.places.a.port", "llm.places.a.clocks.gap"));
    EXPECT_EQ(variables.front(), "RONDO_LLM__PLACES__A__URL");
    EXPECT_THAT(values, ElementsAre("x", "***", "1", "5"));
}

TEST(Maps, EntriesComeAndGoWithAReload) {
    auto running = load_trip("llm: {places: {b: {url: x, port: 2}, z: {url: x}}}");
    auto next = load_trip("llm: {places: {a: {url: y, port: 7}, b: {url: y, port: 3}}}");
    ASSERT_TRUE(running && next);
    const auto mixed = carry_over(std::move(*running), std::move(*next));
    EXPECT_EQ(entries(mixed), "a=y:7/5 b=y:2/5") << "a new entry is as written; what needs a restart stays in an old one";
    EXPECT_THAT(waiting_for_restart(mixed->settings), ElementsAre("llm.places.b.port"));
}

TEST(Maps, AreBounded) {
    std::string yaml = "llm:\n  places:\n";
    for (std::size_t i = 0; i < kMaxEntries + 1; ++i) yaml += "    a" + std::to_string(i) + ": {url: x}\n";
    EXPECT_FALSE(load_trip(yaml));
}

struct Said {
    const char* claim;
    const char* json;
    bool valid;
};
class MapSchema : public testing::TestWithParam<Said> {};
TEST_P(MapSchema, SaysWhatTheLoaderSays) {
    sample::Trip defaults;
    Description description;
    describe(description, defaults);
    const auto schema = json_schema(description, "trip");
    EXPECT_EQ(support::schema_fault(schema, boost::json::parse(GetParam().json)).empty(), GetParam().valid) << GetParam().claim;
    const auto loaded = load_text<sample::Trip>(Text{"t.json", GetParam().json, Format::json}, {});
    EXPECT_EQ(loaded.has_value(), GetParam().valid) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Config, MapSchema, testing::Values(
    Said{"no entry",                     R"({"llm": {"places": {}}})", true},
    Said{"an entry of any name",         R"({"llm": {"places": {"home": {"url": "x", "clocks": {"gap": 9}}}}})", true},
    Said{"what an entry has not",        R"({"llm": {"places": {"home": {"url": "x", "prt": 9}}}})", false},
    Said{"a bound within an entry",      R"({"llm": {"places": {"home": {"url": "x", "clocks": {"gap": 99}}}}})", false},
    Said{"a type within an entry",       R"({"llm": {"places": {"home": {"url": "x", "port": "many"}}}})", false}));
}  // namespace
}  // namespace config
}  // namespace rondo
