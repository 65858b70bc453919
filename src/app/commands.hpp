#pragma once
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace rondo::app {
/// What a subcommand exits with.
enum Exit : int {
    kOk = 0,
    kFailed = 1,  ///< it was understood but did not work; stderr says why
    kUsage = 2,   ///< the command line or the configuration is wrong
};

/// Each adds its subcommand with options, help and examples; `exit` gets the code once it has run.
void add_serve(CLI::App& root, int& exit);
void add_chat(CLI::App& root, int& exit);
void add_check_config(CLI::App& root, int& exit);
void add_workflow(CLI::App& root, int& exit);
void add_scenario(CLI::App& root, int& exit);
void add_intents(CLI::App& root, int& exit);
void add_keys(CLI::App& root, int& exit);
void add_usage(CLI::App& root, int& exit);
void add_budgets(CLI::App& root, int& exit);
void add_mock_provider(CLI::App& root, int& exit);
void add_version(CLI::App& root, int& exit);
/// Hidden; for the build: writes the manual page and the completions, which describe every command of `root`.
void add_generate(CLI::App& root, int& exit);
}  // namespace rondo::app
