#include "component/program.hpp"
#include "support/server_test.hpp"
#include "support/temp_folder.hpp"

#include "app/scenario_template.hpp"
#include "base/json.hpp"
#include "talk/scenario/rehearsal.hpp"
#include "talk/scenario/review.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>
#include <set>

/// `rondo scenario`, as a person runs it: the real program, its output and its exit code.
namespace rondo {
namespace {
namespace fs = std::filesystem;
using support::Ended;

Ended rondo(const std::string& arguments) { return support::run_program(arguments); }

std::string read(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

fs::path shipped(const char* id) { return fs::path{RONDO_SOURCE_DIR} / "scenarios" / id; }

/// The files below a folder with their bytes.
std::map<std::string, std::string> files_of(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator{folder})
        if (entry.is_regular_file()) files.emplace(fs::relative(entry.path(), folder).string(), read(entry.path()));
    return files;
}

struct Language {
    const char* language;
    const char* greeting;  ///< a message of the template's own examples
};
class ScenarioTemplate : public testing::TestWithParam<Language> {};

TEST_P(ScenarioTemplate, IsSoundWithoutWarningsAndExplainsItself) {
    const support::TempFolder folder;
    const auto path = app::write_scenario_template(folder.path() / "packs", "mine", GetParam().language);
    ASSERT_TRUE(path) << path.error().message;
    const auto pack = scenario::ScenarioPack::load(*path);
    ASSERT_TRUE(pack) << pack.error().faults.front().path << " " << pack.error().faults.front().message;
    EXPECT_EQ((*pack)->id(), "mine");
    EXPECT_EQ((*pack)->language(), GetParam().language);
    const auto review = scenario::review(**pack);
    ASSERT_TRUE(review);
    for (const Fault& warning : review->warnings) ADD_FAILURE() << warning.path << ": " << warning.message;
    for (const auto& [name, bytes] : files_of(*path)) EXPECT_EQ(bytes.find('@'), std::string::npos) << name << " keeps a mark";
    const std::string yaml = read(*path / "scenario.yaml");
    EXPECT_GE(std::ranges::count(yaml, '#'), 20) << "a template teaches by its comments";
}

TEST_P(ScenarioTemplate, CanBePlayedAtOnce) {
    const support::TempFolder folder;
    ASSERT_EQ(rondo(fmt::format("scenario new mine --dir '{}' --language {}", folder.path().string(), GetParam().language)).exit, 0);
    support::Loop loop;
    support::Server server{{{"scenarios", folder.path().string()}, {"default_scenario", "mine"}}};
    support::Client client{loop, server.port()};
    const std::string session = client.open_session({{"scenario", "mine"}});
    const auto answer = client.say(session, GetParam().greeting);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.text("intent"), "greeting");
    EXPECT_FALSE(answer.text("npc_response").empty());
}

INSTANTIATE_TEST_SUITE_P(Languages, ScenarioTemplate, testing::Values(
    Language{"en", "Good morning, this is Alex from Larkfield Books."},
    Language{"zh", "您好，这里是云雀书店，我是小周。"}));

TEST(ScenarioNew, TakesTheLanguageFromTheNameUnlessToldOtherwise) {
    struct Row {
        const char* claim;
        const char* arguments;
        const char* name;
        const char* language;
    };
    const support::TempFolder folder;
    for (const Row& row : {Row{"-zh is Chinese", "a-zh", "a-zh", "zh"}, Row{"-en is English", "a-en", "a-en", "en"},
                           Row{"no ending is English", "a", "a", "en"}, Row{"the flag wins", "b-zh --language en", "b-zh", "en"}}) {
        const Ended made = rondo(fmt::format("scenario new {} --dir '{}'", row.arguments, folder.path().string()));
        EXPECT_EQ(made.exit, 0) << made.output;
        EXPECT_THAT(read(folder.path() / row.name / "scenario.yaml"), testing::HasSubstr(fmt::format("\nlanguage: {}", row.language)))
            << row.claim;
    }
}

TEST(ScenarioNew, NeverTouchesWhatIsThere) {
    const support::TempFolder folder;
    const std::string command = fmt::format("scenario new mine --dir '{}'", folder.path().string());
    ASSERT_EQ(rondo(command).exit, 0);
    std::ofstream{folder.path() / "mine" / "scenario.yaml"} << "my own work\n";
    const auto before = files_of(folder.path());
    const Ended again = rondo(command);
    EXPECT_EQ(again.exit, 1);
    EXPECT_THAT(again.output, testing::HasSubstr("already there"));
    EXPECT_EQ(files_of(folder.path()), before);
}

TEST(ScenarioNew, RefusesNamesThatCannotBeAnId) {
    const support::TempFolder folder;
    for (const char* name : {"Capitals", "'a b'", "a/b", "../up", "名字"}) {
        const Ended run = rondo(fmt::format("scenario new {} --dir '{}'", name, folder.path().string()));
        EXPECT_EQ(run.exit, 2) << name;
        EXPECT_THAT(run.output, testing::HasSubstr("lower-case letters"));
    }
    EXPECT_TRUE(files_of(folder.path()).empty());
}

TEST(ScenarioNew, LeavesNothingBehindWhereItCannotWrite) {
    const support::TempFolder folder;
    std::ofstream{folder.path() / "file"} << "not a folder\n";
    const auto made = app::write_scenario_template(folder.path() / "file", "mine", "en");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::unavailable);
    EXPECT_EQ(files_of(folder.path()).size(), 1U);
}

TEST(ScenarioCheck, SumsUpASoundPack) {
    const Ended run = rondo(fmt::format("scenario check '{}'", shipped("sales-en").string()));
    EXPECT_EQ(run.exit, 0) << run.output;
    for (const char* part : {"sound", "(en)", "17 intents", "5 stages", "coach rules", "compliance rules", "passages", "1 transcript",
                             "are recognised without having been learned"}) {
        EXPECT_THAT(run.output, testing::HasSubstr(part));
    }
}

TEST(ScenarioCheck, TheJsonHoldsTheSameForPrograms) {
    const Ended run = rondo(fmt::format("scenario check --json '{}' '{}'", shipped("feynman-zh").string(), shipped("feynman-en").string()));
    ASSERT_EQ(run.exit, 0) << run.output;
    const auto json = json::parse(run.output);
    ASSERT_TRUE(json) << run.output;
    EXPECT_TRUE(json->at("valid").as_bool());
    ASSERT_EQ(json->at("packs").as_array().size(), 2U);
    const auto& pack = json->at("packs").as_array()[0].as_object();
    EXPECT_EQ(pack.at("id"), "feynman-zh");
    EXPECT_EQ(pack.at("language"), "zh");
    EXPECT_EQ(pack.at("stages").as_array().size(), 5U);
    EXPECT_EQ(pack.at("intents"), 14);
    const auto& separation = pack.at("separation").as_object();
    EXPECT_EQ(separation.at("intents").as_array().size(), 14U);
    const double recognised = separation.at("recognised").to_number<double>();
    EXPECT_GT(recognised, 0.3);
    EXPECT_LE(recognised, 1.0);
}

TEST(ScenarioCheck, NamesEveryFaultOfEveryPackWithFileAndLine) {
    const support::TempFolder folder;
    for (const char* name : {"one", "two"}) ASSERT_TRUE(app::write_scenario_template(folder.path(), name, "en"));
    const auto spoil = [](const fs::path& file, std::string_view from, std::string_view to) {
        std::string text = read(file);
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        std::ofstream{file, std::ios::binary} << text.replace(at, from.size(), to);
    };
    spoil(folder.path() / "one/scenario.yaml", "format: 1", "format: 2");
    spoil(folder.path() / "one/workflow.json", "\"npc\": [\"coach\", \"compliance\"]", "\"npc\": [\"coach\", \"complaince\"]");
    spoil(folder.path() / "two/knowledge/delivery.md", "# Delivery", "text first\n# Delivery");
    const std::string command =
        fmt::format("scenario check '{0}/one' '{0}/two' '{1}'", folder.path().string(), shipped("sales-zh").string());
    const Ended run = rondo(command);
    EXPECT_EQ(run.exit, 1);
    for (const char* part : {"one/scenario.yaml:3: ", "one/workflow.json:8#/routing_rules/npc", "two/knowledge/delivery.md:1: ", "sound"})
        EXPECT_THAT(run.output, testing::HasSubstr(part));

    const auto json = json::parse(rondo(command + " --json").output);
    ASSERT_TRUE(json);
    EXPECT_FALSE(json->at("valid").as_bool());
    EXPECT_FALSE(json->at("packs").at(0).at("valid").as_bool());
    EXPECT_GE(json->at("packs").at(0).at("faults").as_array().size(), 2U);
    EXPECT_TRUE(json->at("packs").at(2).at("valid").as_bool());
}

TEST(ScenarioCheck, AWrongPathIsWrongUsage) {
    const Ended run = rondo("scenario check /no/such/folder");
    EXPECT_EQ(run.exit, 2);
    EXPECT_THAT(run.output, testing::HasSubstr("there is no scenario folder"));
    EXPECT_EQ(rondo("scenario check").exit, 2);
    EXPECT_EQ(rondo("scenario").exit, 2);
}
}  // namespace
}  // namespace rondo
