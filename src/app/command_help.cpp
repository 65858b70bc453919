#include "app/command_help.hpp"

#include <CLI/CLI.hpp>

#include <string_view>

namespace rondo::app {
namespace {
/// CLI11 tells a value's type in words: TEXT, INT:INT in [0 - 65535], TEXT:FILE, TEXT:{json,sse,all}.
void read_type(const std::string& type, OptionHelp& option) {
    using Value = OptionHelp::Value;
    const auto says = [&type](std::string_view word) { return type.find(word) != std::string::npos; };
    if (const auto open = type.find('{'); open != std::string::npos) {
        option.value = Value::choice;
        option.choices = CLI::detail::split(type.substr(open + 1, type.find('}', open) - open - 1), ',');
    } else if (says("DIR")) {
        option.value = Value::folder;
    } else if (says("FILE") || says("PATH")) {
        option.value = Value::file;
    } else if (says("INT") || says("FLOAT")) {
        option.value = Value::number;
    } else {
        option.value = Value::word;
    }
}

OptionHelp option_help(const CLI::Option& option) {
    OptionHelp help{.names = {}, .value = {}, .about = option.get_description(), .positional = !option.nonpositional()};
    if (help.positional) {
        help.names.push_back(option.get_name(true));
    } else {
        for (const auto& name : option.get_snames()) help.names.push_back("-" + name);
        for (const auto& name : option.get_lnames()) help.names.push_back("--" + name);
    }
    if (option.get_items_expected_max() > 0) read_type(option.get_type_name(), help);
    return help;
}
}  // namespace

CommandHelp command_help(const CLI::App& command, const std::string& path) {
    // CLI11 hands a footer down to commands without one of their own.
    const bool inherited = command.get_parent() && command.get_parent()->get_footer() == command.get_footer();
    CommandHelp help{.path = path.empty() ? command.get_name() : path + " " + command.get_name(),
                     .about = command.get_description(),
                     .options = {},
                     .footer = inherited ? "" : command.get_footer(),
                     .commands = {}};
    for (const auto* option : command.get_options()) {
        if (!option->get_group().empty()) help.options.push_back(option_help(*option));
    }
    for (const auto* child : command.get_subcommands(nullptr)) {
        if (!child->get_group().empty()) help.commands.push_back(command_help(*child, help.path));
    }
    return help;
}
}  // namespace rondo::app
