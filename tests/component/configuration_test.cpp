#include "platform/files/replace_file.hpp"
#include "support/generations.hpp"
#include "support/json_schema.hpp"
#include "support/memory_source.hpp"
#include "support/scripted.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <optional>

namespace rondo {
namespace {
using support::Answer;
using support::text_of;

std::string workflow(std::string_view name, std::string_view more = "") {
    return fmt::format(R"({{"name": "{}", "version": "7", "enabled_nodes": ["intent", "npc"]{}}})", name, more);
}
constexpr const char* kDisabled =
    R"({"name": "w", "enabled_nodes": ["intent", "npc"], "routing_rules": {"intent": ["knowledge"]}, "rated": 1})";

std::string read(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}
boost::json::value setting(const Answer& config, std::string_view key) {
    for (const auto& each : config.at("settings").as_array()) {
        if (text_of(each, "key") == key) return each;
    }
    throw std::out_of_range{std::string{key}};
}
std::string metric(support::Client& client, std::string_view line) {
    const std::string all = client.get("/metrics").body;
    const auto at = all.find(fmt::format("\n{} ", line));
    if (at == all.npos) return "none";
    const auto begin = at + line.size() + 2;
    return all.substr(begin, all.find('\n', begin) - begin);
}

/// A server with a settings file and a store that it shares with others.
class ConfigurationTest : public ::testing::Test {
protected:
    void write(std::string_view yaml) { std::ofstream{file} << yaml; }
    void write_workflow(std::string_view json) { ASSERT_TRUE(files::replace_file(server.workflow_file(), json)); }
    Answer put(std::string body, std::string_view query = "") {
        return client.send({.method = net::Method::put,
                            .target = fmt::format("/api/v1/config/workflow{}", query),
                            .headers = {},
                            .body = std::move(body)});
    }
    Answer get() { return client.get("/api/v1/config/workflow"); }
    /// The workflow's name in a turn's result.
    std::string in_a_turn() { return text_of(client.say(client.open_session(), "你好").at("workflow"), "name"); }
    /// Asks until what was read last is, or is no more, an error.
    Answer until_error(bool wanted) {
        for (const auto patience = Clock::now() + std::chrono::minutes{1}; Clock::now() < patience;) {
            Answer answer = get();
            if (answer.at("last_error").is_object() == wanted) return answer;
        }
        throw std::runtime_error{"the error did not come or go for a minute"};
    }

    [[nodiscard]] std::filesystem::path new_file() const {
        auto made = folder.path() / "rondo.yaml";
        std::ofstream{made} << "turn: {history_turns: 4}\n";
        return made;
    }

    support::TempFolder folder;
    std::filesystem::path file{new_file()};
    support::MemorySource store;
    support::Loop loop;
    support::Server server{{}, app::App::Options{.inputs = {.file = file, .shared = &store}}};
    support::Client client{loop, server.port()};
    std::optional<support::Generations> generations{std::in_place, server.app()};
};

TEST_F(ConfigurationTest, WithoutAnOverrideThePacksOwnWorkflowIsShown) {
    const Answer shown = get();
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(shown.text("source"), "pack");
    EXPECT_EQ(shown.at("generation"), 1);
    EXPECT_EQ(shown.at("auto_reload"), true);
    EXPECT_TRUE(shown.at("last_error").is_null());
    EXPECT_FALSE(shown.text("loaded_at").empty());
}

TEST_F(ConfigurationTest, AWorkflowIsPutInForceForTheNextTurn) {
    const Answer put_one = put(workflow("one"));
    ASSERT_EQ(put_one.status, 200) << put_one.body;
    EXPECT_EQ(put_one.at("generation"), 2);
    EXPECT_EQ(put_one.text("source"), "api");
    EXPECT_EQ(put_one.at("persisted"), false);
    EXPECT_EQ(text_of(put_one.at("workflow"), "name"), "one");
    EXPECT_EQ(in_a_turn(), "one");
    EXPECT_FALSE(std::filesystem::exists(server.workflow_file()));
    EXPECT_EQ(generations->latest(), 2U) << "subscribers have heard before the answer came";
}

TEST_F(ConfigurationTest, APersistedOneIsInTheFileAndComesBackAfterARestart) {
    ASSERT_EQ(put(workflow("kept"), "?persist=true").text("source"), "workflow_config.json");
    EXPECT_EQ(read(server.workflow_file()), workflow("kept")) << "byte for byte what was sent";
    generations.reset();
    client.close();
    server.restart();
    support::Client again{loop, server.port()};
    EXPECT_EQ(text_of(again.get("/api/v1/config/workflow").at("workflow"), "name"), "kept");
}

struct Bad {
    const char* claim;
    const char* body;
    const char* query;
    int status;
    const char* pointer;  ///< one of the faults'; null: there is no list
};
void PrintTo(const Bad& row, std::ostream* out) { *out << row.claim; }
class BadWorkflow : public ConfigurationTest, public ::testing::WithParamInterface<Bad> {};
TEST_P(BadWorkflow, IsRefusedAndChangesNothing) {
    const Bad& row = GetParam();
    const Answer refused = put(row.body, row.query);
    EXPECT_EQ(refused.status, row.status) << refused.body;
    if (row.pointer) {
        EXPECT_NE(refused.body.find(fmt::format(R"("pointer":"{}")", row.pointer)), std::string::npos) << refused.body;
    } else {
        EXPECT_EQ(refused.body.find("pointer"), std::string::npos) << refused.body;
    }
    EXPECT_EQ(get().at("generation"), 1);
    EXPECT_TRUE(get().at("last_error").is_null()) << "the caller was told; nothing is wrong here";
    EXPECT_FALSE(std::filesystem::exists(server.workflow_file()));
    EXPECT_EQ(metric(client, R"(rondo_config_reload_total{result="refused"})"), row.status == 413 || *row.query == '?' ? "0" : "1");
}
const std::string kLong = R"({"name": ")" + std::string(300'000, 'x') + R"("})";
INSTANTIATE_TEST_SUITE_P(Configuration, BadWorkflow, ::testing::Values(
    Bad{"text that is not JSON",          "{",        "",              400, nullptr},
    Bad{"a route to a disabled node",     kDisabled,  "",              422, "/routing_rules/intent/0"},
    Bad{"and every other fault with it",  kDisabled,  "",              422, "/rated"},
    Bad{"not an object",                  "[]",       "",              422, ""},
    Bad{"longer than any workflow",       kLong.c_str(), "",           413, nullptr},
    Bad{"persist is true or false",       "{}",       "?persist=yes",  422, "persist"}));

TEST_F(ConfigurationTest, AWorkflowIsRefusedWithTheFaultsThatItsCheckTells) {
    const auto check = client.send({.method = net::Method::post, .target = "/api/v1/workflow/check", .body = kDisabled});
    const auto told = check.at("faults").as_array();
    const Answer refused = put(kDisabled);
    const auto errors = refused.at("errors").as_array();
    ASSERT_EQ(errors.size(), told.size()) << refused.body;
    ASSERT_GT(told.size(), 1U) << check.body;
    for (std::size_t i = 0; i < told.size(); ++i) {
        EXPECT_EQ(text_of(errors[i], "pointer"), text_of(told[i], "pointer"));
        EXPECT_EQ(text_of(errors[i], "detail"), text_of(told[i], "message"));
    }
}

TEST_F(ConfigurationTest, AFolderInTheFilesPlaceIsToldAndNothingIsPublished) {
    std::filesystem::create_directory(server.workflow_file());
    const Answer refused = put(workflow("one"), "?persist=true");
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(get().at("generation"), 1);
}

TEST_F(ConfigurationTest, TheFileIsFollowedThroughGoodAndBadTimes) {
    write_workflow(workflow("written"));
    generations->wait_for(2);
    EXPECT_EQ(in_a_turn(), "written");
    EXPECT_EQ(get().text("source"), "workflow_config.json");

    write_workflow(kDisabled);
    const Answer bad = until_error(true);
    EXPECT_EQ(bad.at("generation"), 2) << "the last good one stays";
    EXPECT_EQ(text_of(bad.at("last_error"), "trigger"), "file");
    const auto faults = boost::json::serialize(bad.at("last_error").at("faults"));
    EXPECT_NE(faults.find("Routing references disabled nodes: {'knowledge'}"), std::string::npos) << faults;
    EXPECT_NE(faults.find("workflow_config.json:1#/rated"), std::string::npos) << faults;
    EXPECT_EQ(in_a_turn(), "written");
    EXPECT_EQ(metric(client, R"(rondo_config_reload_total{result="failed"})"), "1");
    EXPECT_EQ(metric(client, "rondo_config_last_error"), "1");
    EXPECT_EQ(metric(client, "rondo_config_generation"), "2");

    std::filesystem::remove(server.workflow_file());
    generations->wait_for(3);
    EXPECT_EQ(get().text("source"), "pack") << "no file, no override";
    EXPECT_TRUE(get().at("last_error").is_null());
    EXPECT_EQ(metric(client, "rondo_config_last_error"), "0");
}

TEST_F(ConfigurationTest, AutoReloadOffLeavesTheFileAlone) {
    ASSERT_EQ(put(workflow("still", R"(, "auto_reload": false)"), "?persist=true").status, 200);
    write_workflow(workflow("edited"));
    server.app().reload();
    generations->wait_for(3);
    EXPECT_EQ(in_a_turn(), "edited") << "who asks for a reload gets it";
    EXPECT_EQ(generations->latest(), 3U);
}

TEST_F(ConfigurationTest, ASignalReadsTheSettingsAgain) {
    write("turn: {history_turns: 9, live_sessions: 77}\ndefault_scenario: feynman-en\n");
    server.app().reload();
    generations->wait_for(2);
    const Answer config = client.get("/api/v1/config");
    const auto turns = setting(config, "turn.history_turns");
    EXPECT_EQ(text_of(turns, "value"), "9");
    EXPECT_EQ(turns.at("generation"), 2);
    EXPECT_EQ(setting(config, "turn.deadline_ms").at("generation"), 1) << "nobody touched it";
    EXPECT_EQ(text_of(setting(config, "turn.live_sessions"), "value"), "2000");
    EXPECT_EQ(text_of(setting(config, "turn.live_sessions"), "pending"), "77");
    EXPECT_EQ(config.at("restart_needed"), (boost::json::array{"turn.live_sessions"}));
    EXPECT_EQ(config.text("source"), "signal");
    EXPECT_EQ(text_of(client.post("/api/v1/sessions", {}).json, "scenario"), "feynman-en");

    write("turn: {history_turns: many}\ndefault_scenario: nowhere\n");
    server.app().reload();
    const Answer bad = until_error(true);
    EXPECT_EQ(text_of(bad.at("last_error"), "trigger"), "signal");
    EXPECT_EQ(text_of(setting(client.get("/api/v1/config"), "turn.history_turns"), "value"), "9");
    ASSERT_EQ(put(workflow("one")).status, 200);
    EXPECT_TRUE(get().at("last_error").is_object()) << "a workflow mends no settings";
    write("");
    server.app().reload();
    generations->wait_for(4);
    until_error(false);
}

TEST_F(ConfigurationTest, ASharedStoresSettingsCountAboveTheFile) {
    store.set("turn.history_turns", "3");
    generations->wait_for(2);
    const Answer config = client.get("/api/v1/config");
    EXPECT_EQ(text_of(setting(config, "turn.history_turns"), "value"), "3");
    EXPECT_EQ(text_of(setting(config, "turn.history_turns"), "source"), "store");
    store.set("turn.history_turns", "no number");
    EXPECT_EQ(text_of(until_error(true).at("last_error"), "trigger"), "store");
    EXPECT_EQ(text_of(setting(client.get("/api/v1/config"), "turn.history_turns"), "value"), "3");
}

TEST_F(ConfigurationTest, SchemasDescribeWhatIsAcceptedHere) {
    const Answer settings = client.get("/api/v1/config/schema");
    EXPECT_EQ(settings.header("content-type"), "application/schema+json");
    EXPECT_EQ(support::schema_fault(settings.json, boost::json::parse(R"({"turn": {"busy": "queue", "deadline_ms": 5000}, "log": null})")),
              "");
    EXPECT_NE(support::schema_fault(settings.json, boost::json::parse(R"({"turn": {"busy": "later"}})")), "");

    const auto schema = client.get("/api/v1/config/workflow/schema").json;
    for (const char* scenario : {"sales-zh", "feynman-en"}) {
        const auto own = client.get("/api/v1/config").at("workflows").at(scenario).at("workflow");
        EXPECT_EQ(support::schema_fault(schema, own), "") << own;
    }
    struct Row {
        const char* json;
        bool valid;
    };
    for (const Row& row : {
             Row{R"({"name": "w", "enabled_nodes": ["intent"]})", true},
             Row{R"({"enabled_nodes": ["intent"]})", false},
             Row{R"({"name": "w", "enabled_nodes": ["npc"]})", false},
             Row{R"({"name": "w", "enabled_nodes": ["intent", "intent"]})", false},
             Row{R"({"name": "w", "enabled_nodes": ["intent", "nobody"]})", false},
             Row{R"({"name": "w", "enabled_nodes": ["intent"], "routing_rules": {"intent": ["END"]}})", true},
             Row{R"({"name": "w", "enabled_nodes": ["intent"], "routing_rules": {"intent": "END"}})", false},
             Row{R"({"name": "w", "enabled_nodes": ["intent"], "bandit_exploration_rate": 1.5})", false},
             Row{R"({"name": "w", "enabled_nodes": ["intent"], "nodes": {"intent": {"retries": 5, "on_error": "skip"}}})", true},
             Row{R"({"name": "w", "enabled_nodes": ["intent"], "nodes": {"intent": {"retries": 6}}})", false},
             Row{R"({"name": "w", "enabled_nodes": ["intent"], "nodes": {"intent": {"on_error": "give up"}}})", false},
             Row{R"({"name": "w", "enabled_nodes": ["intent"], "auto_relaod": false})", false},
         }) {
        EXPECT_EQ(support::schema_fault(schema, boost::json::parse(row.json)).empty(), row.valid) << row.json;
        EXPECT_EQ(put(row.json).status, row.valid ? 200 : 422) << row.json;
    }
}

TEST(ConfigurationOfARunningTurn, StaysWhatItWasWhenItBegan) {
    support::ScriptedModel model{{support::say("one "), support::wait_for_gate(), support::say("two")}};
    support::Loop loop;
    support::Server server{{}, model.as_npc()};
    support::Client client{loop, server.port()};
    support::Client operator_{loop, server.port()};
    auto turn = client.stream_turn(client.open_session(), "你好");
    const auto begun = turn.until("delta");
    ASSERT_EQ(operator_
                  .send({.method = net::Method::put,
                         .target = "/api/v1/config/workflow",
                         .headers = {},
                         .body = R"({"name": "other", "enabled_nodes": ["intent", "npc"]})"})
                  .status,
              200);
    model.gate().open();
    const auto result = turn.rest().back().json();
    EXPECT_EQ(result.at("workflow").at("generation"), 1);
    EXPECT_FALSE(result.at("compliance").is_null()) << "the nodes of the workflow it began with";
    const auto next = client.say(client.open_session(), "你好");
    EXPECT_EQ(next.at("workflow").at("generation"), 2);
    EXPECT_TRUE(next.at("compliance").is_null());
}
}  // namespace
}  // namespace rondo
