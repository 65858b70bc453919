#include "app/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <vector>

namespace rondo::app {
namespace {
using Value = OptionHelp::Value;

constexpr const char* kHead = R"sh(# Completion of {0} for bash. Made from its help texts; do not edit.
_{0}() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command={0} words= i
    # --option=value comes as three words.
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$command ${{COMP_WORDS[i]}}" in
)sh";

constexpr const char* kValues = R"sh(        esac
    done
    case "$command $before" in
)sh";

constexpr const char* kWords = R"sh(    esac
    case $command in
)sh";

constexpr const char* kTail = R"sh(    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}}
complete -F _{0} {0}
)sh";

template <class F>
void for_each(const CommandHelp& command, const F& f) {
    f(command);
    for (const auto& child : command.commands) for_each(child, f);
}

/// The bash that completes the value after the option, and nothing else.
std::string value_of(const OptionHelp& option) {
    switch (option.value) {
        case Value::choice: return fmt::format("mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")", fmt::join(option.choices, " "));
        case Value::folder: return "compopt -o dirnames";
        case Value::number: return "";
        default: return "compopt -o default";
    }
}
}  // namespace

std::string bash_completion(const CommandHelp& root) {
    std::string steps, values, words;
    for_each(root, [&](const CommandHelp& command) {
        if (&command != &root) steps += fmt::format("            '{0}') command='{0}' ;;\n", command.path);
        std::vector<std::string> offered;
        std::map<std::string, std::vector<std::string>> patterns;  // by what is offered for the value
        bool files = false;
        for (const auto& child : command.commands) offered.push_back(child.name());
        for (const auto& option : command.options) {
            if (option.positional) {
                files = true;
                continue;
            }
            offered.insert(offered.end(), option.names.begin(), option.names.end());
            if (option.value == Value::none) continue;
            for (const auto& name : option.names) patterns[value_of(option)].push_back(fmt::format("'{} {}'", command.path, name));
        }
        for (const auto& [offer, options] : patterns)
            values += fmt::format("        {})\n            {}return\n            ;;\n", fmt::join(options, " | "),
                                  offer.empty() ? "" : offer + "\n            ");
        words += fmt::format("        '{}')\n            words='{}'\n{}            ;;\n", command.path, fmt::join(offered, " "),
                             files ? "            [[ $word == -* ]] || { compopt -o default; return; }\n" : "");
    });
    return fmt::format(fmt::runtime(kHead), root.path) + steps + kValues + values + kWords + words +
           fmt::format(fmt::runtime(kTail), root.path);
}
}  // namespace rondo::app
