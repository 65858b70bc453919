#pragma once
#include "app/command_help.hpp"

namespace rondo::app {
/// A small command line with one of each kind.
inline CommandHelp sample_help() {
    using Value = OptionHelp::Value;
    const OptionHelp help{.names = {"-h", "--help"}, .value = Value::none, .about = "Print this help"};
    return {.path = "demo",
            .about = "demo: shows what there is",
            .options = {help},
            .footer = "Exit codes: 0 done.\n\nExamples:\n  demo run -v\n  .hidden\n\ndemo COMMAND --help says more.",
            .commands = {{.path = "demo run",
                          .about = "Run it",
                          .options = {help,
                                      {.names = {"--config"}, .value = Value::file, .about = "Settings [YAML: or JSON], it's read once"},
                                      {.names = {"--data"}, .value = Value::folder, .about = "Folder"},
                                      {.names = {"--mode"}, .value = Value::choice, .about = "How", .choices = {"fast", "slow"}},
                                      {.names = {"--port"}, .value = Value::number, .about = "Port"}},
                          .footer = "",
                          .commands = {}},
                         {.path = "demo pack",
                          .about = "Packs",
                          .options = {help},
                          .footer = "",
                          .commands = {{.path = "demo pack check",
                                        .about = "Check one",
                                        .options = {{.names = {"folder"}, .value = Value::folder, .about = "Whose", .positional = true}},
                                        .footer = "",
                                        .commands = {}}}}}};
}
}  // namespace rondo::app
