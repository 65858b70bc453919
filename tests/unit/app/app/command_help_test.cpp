#include "app/command_help.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include <functional>

namespace rondo::app {
namespace {
using Value = OptionHelp::Value;

struct Row {
    const char* claim;
    std::function<void(CLI::App&)> add;
    std::vector<OptionHelp> found;
};

std::string text;
int number;
bool flag;

class CommandHelpTest : public testing::TestWithParam<Row> {};

TEST_P(CommandHelpTest, Options) {
    const Row& row = GetParam();
    CLI::App app{"about", "demo"};
    app.set_help_flag();
    row.add(app);
    EXPECT_EQ(command_help(app).options, row.found) << row.claim;
}

INSTANTIATE_TEST_SUITE_P(App, CommandHelpTest, testing::Values(
    Row{"no option",                     [](CLI::App&) {}, {}},
    Row{"a flag has no value",           [](CLI::App& a) { a.add_flag("--json,-j", flag, "J"); },
        {{.names = {"-j", "--json"}, .value = Value::none, .about = "J"}}},
    Row{"a text may be anything",        [](CLI::App& a) { a.add_option("--user", text, "U"); },
        {{.names = {"--user"}, .value = Value::word, .about = "U"}}},
    Row{"a number in a range",           [](CLI::App& a) { a.add_option("--port", number, "P")->check(CLI::Range(0, 9)); },
        {{.names = {"--port"}, .value = Value::number, .about = "P"}}},
    Row{"a file that must exist",        [](CLI::App& a) { a.add_option("--config", text, "C")->check(CLI::ExistingFile); },
        {{.names = {"--config"}, .value = Value::file, .about = "C"}}},
    Row{"a folder that must exist",      [](CLI::App& a) { a.add_option("--data", text, "D")->check(CLI::ExistingDirectory); },
        {{.names = {"--data"}, .value = Value::folder, .about = "D"}}},
    Row{"one of some words",             [](CLI::App& a) { a.add_option("--mode", text, "M")->check(CLI::IsMember({"a", "b"})); },
        {{.names = {"--mode"}, .value = Value::choice, .about = "M", .choices = {"a", "b"}}}},
    Row{"an argument without a dash",    [](CLI::App& a) { a.add_option("folder", text, "F"); },
        {{.names = {"folder"}, .value = Value::word, .about = "F", .positional = true}}},
    Row{"what is hidden stays hidden",   [](CLI::App& a) { a.add_option("--secret", text)->group(""); }, {}}));

TEST(CommandHelp, FollowsTheSubcommandsButTheHiddenOnes) {
    CLI::App app{"about", "demo"};
    auto* outer = app.add_subcommand("outer", "Outer");
    outer->footer("Examples");
    outer->add_subcommand("inner", "Inner");
    app.footer("Said once");
    app.add_subcommand("plain", "Plain");
    app.add_subcommand("ghost", "Ghost")->group("");
    const auto help = command_help(app);
    ASSERT_EQ(help.commands.size(), 2U);
    EXPECT_EQ(help.commands[1].footer, "") << "the parent's is not its own";
    EXPECT_EQ(help.commands[0].path, "demo outer");
    EXPECT_EQ(help.commands[0].name(), "outer");
    EXPECT_EQ(help.commands[0].footer, "Examples");
    ASSERT_EQ(help.commands[0].commands.size(), 1U);
    EXPECT_EQ(help.commands[0].commands[0].path, "demo outer inner");
}
}  // namespace
}  // namespace rondo::app
