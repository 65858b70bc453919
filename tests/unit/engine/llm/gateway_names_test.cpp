#include "gateway_fixture.hpp"

#include "base/config/loader.hpp"
#include "engine/llm/config.hpp"

namespace rondo::llm {
namespace {
struct Row {
    const char* claim;
    const char* asked;
    const char* tried;  ///< with the model that open targets were asked for; "": not found
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.claim; }

/// A and B have models of their own, m and n; C and D have none. Every one of them fails, so that all of a chain are seen.
class GatewayNamesTest : public GatewayTest, public testing::WithParamInterface<Row> {
protected:
    void name_all() {
        config.attempts = 10;
        config.attempts_per_target = 1;
        GatewaySetup setup{.config = config};
        for (const auto& [id, model] : {std::pair{"A", "m"}, {"B", "n"}, {"C", ""}, {"D", ""}}) {
            setup.targets.push_back(
                std::make_shared<ScriptedTarget>(Scripted{.id = id, .scripts = {"!config_fault"}, .model = model}, tried, faults));
        }
        setup.aliases = {{"both", {"B", "A"}}, {"open", {"D", "C"}}, {"mixed", {"C", "A"}}, {"none", {"gone"}}, {"A/x", {"B"}}};
        gateway.emplace(std::move(setup), GatewayPorts{.metrics = registry});
    }
};
TEST_P(GatewayNamesTest, LeadToTargets) {
    name_all();
    const auto call = begin({.model = GetParam().asked, .use_fallback = false});
    finish(call);
    EXPECT_EQ(tried, GetParam().tried) << GetParam().claim;
    EXPECT_EQ(told(call), tried.empty() ? "not_found MODEL_NOT_FOUND" : "failed_precondition PROVIDER_KEY_REFUSED");
}

// clang-format off
INSTANTIATE_TEST_SUITE_P(Llm, GatewayNamesTest, testing::Values(
    Row{"no name: all that know what to say without a model",        "",        "A B"},
    Row{"a target: it, then the others",                             "B",       "B A"},
    Row{"an alias: its list, and nobody else",                       "both",    "B A"},
    Row{"a target without a model cannot be asked for alone",        "C",       ""},
    Row{"but with a model; then those that have their own",          "C/gpt",   "C/gpt A B"},
    Row{"the model may have slashes",                                "C/a/b",   "C/a/b A B"},
    Row{"a target serves the model it has",                          "A/m",     "A B"},
    Row{"and never poses as another",                                "A/gpt",   ""},
    Row{"an alias with a model: those of its list that can take it", "open/gpt", "D/gpt C/gpt"},
    Row{"the others of the list step in with the models they have",  "mixed/gpt", "C/gpt A"},
    Row{"theirs among them",                                         "mixed/m", "C/m A"},
    Row{"an alias of open targets needs a model",                    "open",    ""},
    Row{"an alias passes by who needs a model",                      "mixed",   "A"},
    Row{"a name written in full goes before target and model",       "A/x",     "B"},
    Row{"an alias of nobody",                                        "none",    ""},
    Row{"nobody's name",                                             "gpt-9",   ""},
    Row{"nobody's name and a model",                                 "E/gpt",   ""},
    Row{"a model without a name",                                    "/gpt",    ""},
    Row{"a name with an empty model",                                "C/",      ""}));
// clang-format on

TEST(LlmConfig, NamesMustNotHideEachOther) {
    const auto faults = [](const std::string& yaml) {
        const auto loaded = config::load_text<Config>(config::Text{"t.yaml", yaml}, {});
        return loaded ? std::string{} : loaded.error().faults.at(0).path;
    };
    EXPECT_EQ(faults("targets: {a: {base_url: http://h}}\naliases: {best: {targets: [a]}}\n"), "");
    EXPECT_EQ(faults("targets: {rondo: {base_url: http://h}}\n"), "targets.rondo") << "rondo/sales is a scenario";
    EXPECT_EQ(faults("targets: {a: {base_url: http://h}}\naliases: {rondo: {targets: [a]}}\n"), "aliases.rondo");
    EXPECT_EQ(faults("targets: {a: {base_url: http://h}}\naliases: {a: {targets: [a]}}\n"), "aliases.a");
    EXPECT_NE(faults("targets: {a/b: {base_url: http://h}}\n"), "") << "a/b is model b of target a";
}
}  // namespace
}  // namespace rondo::llm
