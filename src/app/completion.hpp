#pragma once
#include "app/command_help.hpp"

#include <string>

namespace rondo::app {
/// What bash sources to complete the command line: subcommands, options, and the values that are files, folders or choices.
[[nodiscard]] std::string bash_completion(const CommandHelp& root);
/// The same for zsh, as a file `_rondo` in its fpath; it shows the help texts beside the words.
[[nodiscard]] std::string zsh_completion(const CommandHelp& root);
}  // namespace rondo::app
