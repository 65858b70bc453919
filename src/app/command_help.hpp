#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace rondo::app {
/// An option or a positional argument, as its help text describes it.
struct OptionHelp {
    /// What a shell offers for the value.
    enum class Value {
        none,     ///< a flag
        word,     ///< anything; file names are a fair guess
        number,
        file,
        folder,
        choice,   ///< one of `choices`
    };
    std::vector<std::string> names;  ///< "-h", "--help"; of a positional argument its name alone
    Value value{Value::none};
    std::string about;
    std::vector<std::string> choices{};
    bool positional{false};
    bool operator==(const OptionHelp&) const = default;
};

/// A command with everything `--help` says about it; what is hidden there is left out here, too.
struct CommandHelp {
    std::string path;  ///< "rondo serve"
    std::string about;
    std::vector<OptionHelp> options;
    std::string footer;  ///< paragraphs; lines that begin with two spaces are shown as they are
    std::vector<CommandHelp> commands;

    [[nodiscard]] std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

/// The one description from which help, manual page and completions come: the command line's own. `path` is the parents' names.
[[nodiscard]] CommandHelp command_help(const CLI::App& command, const std::string& path = {});
}  // namespace rondo::app
