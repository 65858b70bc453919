#include "app/man_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace rondo::app {
namespace {
/// Text as groff shows it unchanged: no escapes, no requests at a line's beginning, hyphens that can be copied.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (out.empty() || out.back() == '\n') {
            if (c == '.' || c == '\'') out += "\\&";
        }
        if (c == '\\') out += "\\e";
        else if (c == '-') out += "\\-";
        else out += c;
    }
    return out;
}

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string value_word(const OptionHelp& option) {
    using Value = OptionHelp::Value;
    switch (option.value) {
        case Value::none: return "";
        case Value::number: return "N";
        case Value::file: return "FILE";
        case Value::folder: return "FOLDER";
        case Value::choice: return fmt::format("{}", fmt::join(option.choices, "|"));
        case Value::word: return "VALUE";
    }
    return "";
}

void options(std::string& out, const CommandHelp& command) {
    for (const OptionHelp& option : command.options) {
        std::string names;
        for (const auto& name : option.names) {
            if (!names.empty()) names += ", ";
            names += fmt::format("\\fB{}\\fR", escaped(name));
        }
        const auto value = option.positional ? "" : value_word(option);
        out +=
            fmt::format(".TP\n{}{}\n{}\n", names, value.empty() ? "" : fmt::format(" \\fI{}\\fR", escaped(value)), escaped(option.about));
    }
}

/// Paragraphs; lines that begin with two spaces, examples mostly, keep their form.
void footer(std::string& out, std::string_view text) {
    bool shown = false, between = true;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const bool as_it_is = line.starts_with("  ");
        if (as_it_is != shown) out += as_it_is ? ".RS 4\n.nf\n" : ".fi\n.RE\n";
        else if (between && !as_it_is) out += ".PP\n";
        shown = as_it_is;
        between = line.empty();
        if (!line.empty()) out += escaped(as_it_is ? line.substr(2) : line) + "\n";
    }
    if (shown) out += ".fi\n.RE\n";
}

std::string synopsis(const CommandHelp& command) {
    std::string text = fmt::format("\\fB{}\\fR", escaped(command.path));
    const auto is_positional = [](const OptionHelp& option) { return option.positional; };
    if (!std::ranges::all_of(command.options, is_positional)) text += " [\\fIOPTION\\fR...]";
    for (const OptionHelp& option : command.options) {
        if (option.positional) text += fmt::format(" \\fI{}\\fR", escaped(upper(option.names.front())));
    }
    if (!command.commands.empty()) text += " \\fICOMMAND\\fR ...";
    return text;
}

void commands(std::string& out, const CommandHelp& parent) {
    for (const CommandHelp& command : parent.commands) {
        out += fmt::format(".SS {}\n{}.\n", synopsis(command), escaped(command.about));
        options(out, command);
        footer(out, command.footer);
        commands(out, command);
    }
}

void setting(std::string& out, const config::Setting& setting) {
    out += fmt::format(".TP\n\\fB{}\\fR ({}", escaped(setting.key), escaped(setting.type));
    if (!setting.allowed.empty()) out += fmt::format(", {}", escaped(setting.allowed));
    out += fmt::format(")\n{}\n", escaped(setting.help));
    if (!setting.default_value.empty()) out += fmt::format("Default: {}.\n", escaped(setting.default_value));
    out += fmt::format("Environment: {}.\n", escaped(setting.env));
}
}  // namespace

std::string man_page(const CommandHelp& root, std::span<const config::Setting> settings, std::string_view version) {
    const std::string& name = root.path;
    const auto colon = root.about.find(": ");
    const auto about = colon == std::string::npos ? root.about : root.about.substr(colon + 2);
    std::string out = fmt::format(".TH {} 1 \"\" \"{} {}\" \"User Commands\"\n", upper(name), name, version);
    out += fmt::format(".SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{}\n", name, escaped(about), synopsis(root));
    out += ".SH OPTIONS\n";
    options(out, root);
    out += ".SH COMMANDS\n";
    commands(out, root);
    out +=
        ".SH SETTINGS\nOf the file that \\fB\\-\\-config\\fR names, YAML or JSON. The command line wins over the file, the file over the "
        "environment, the environment over the defaults.\n";
    for (const auto& each : settings) setting(out, each);
    out += ".SH NOTES\n";
    footer(out, root.footer);
    return out;
}
}  // namespace rondo::app
