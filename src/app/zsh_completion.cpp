#include "app/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace rondo::app {
namespace {
using Value = OptionHelp::Value;

/// Inside the single quotes of an _arguments specification, where [ ] : and \ have a meaning.
std::string quoted(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'') out += "'\\''";
        else if (c == '[' || c == ']' || c == ':' || c == '\\') out += fmt::format("\\{}", c);
        else out += c;
    }
    return out;
}

std::string function_of(const CommandHelp& command) {
    std::string name = "_" + command.path;
    std::ranges::replace(name, ' ', '_');
    std::ranges::replace(name, '-', '_');
    return name;
}

/// What follows the colon of a specification: how a value is found.
std::string action_of(const OptionHelp& option) {
    switch (option.value) {
        case Value::choice: return fmt::format("value:({})", fmt::join(option.choices, " "));
        case Value::folder: return "folder:_files -/";
        case Value::number: return "number: ";
        case Value::word: return "value:_files";
        default: return "file:_files";
    }
}

std::string specification(const OptionHelp& option) {
    if (option.positional) return fmt::format("'*:{}:_files'", quoted(option.names.front()));
    const auto about = quoted(option.about);
    const auto action = option.value == Value::none ? "" : ":" + action_of(option);
    if (option.names.size() == 1) return fmt::format("'{}[{}]{}'", option.names.front(), about, action);
    return fmt::format("'({})'{{{}}}'[{}]{}'", fmt::join(option.names, " "), fmt::join(option.names, ","), about, action);
}

void function(std::string& out, const CommandHelp& command) {
    for (const auto& child : command.commands) function(out, child);
    out += fmt::format("{}() {{\n", function_of(command));
    if (!command.commands.empty()) out += "    local state line\n    local -a commands\n";
    out += "    _arguments -C";
    for (const auto& option : command.options) out += fmt::format(" \\\n        {}", specification(option));
    if (command.commands.empty()) {
        out += "\n}\n\n";
        return;
    }
    out +=
        " \\\n        '1:command:->command' \\\n        '*::argument:->argument'\n    case $state in\n    command)\n        commands=(\n";
    for (const auto& child : command.commands) out += fmt::format("            '{}:{}'\n", child.name(), quoted(child.about));
    out += "        )\n        _describe command commands\n        ;;\n    argument)\n        case $line[1] in\n";
    for (const auto& child : command.commands) out += fmt::format("        {}) {} ;;\n", child.name(), function_of(child));
    out += "        esac\n        ;;\n    esac\n}\n\n";
}
}  // namespace

std::string zsh_completion(const CommandHelp& root) {
    std::string out = fmt::format("#compdef {0}\n# Completion of {0} for zsh. Made from its help texts; do not edit.\n\n", root.path);
    function(out, root);
    // Autoloaded, the file's body is the function itself: its first call only defined what is above.
    return out + fmt::format("{} \"$@\"\n", function_of(root));
}
}  // namespace rondo::app
