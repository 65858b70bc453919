#pragma once
#include "base/result.hpp"
#include "figures.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace rondo::bench {
/// Each adds its subcommand; `exit` gets the code once it has run (app::Exit).
void add_turn(CLI::App& root, int& exit);
void add_startup(CLI::App& root, int& exit);
void add_soak(CLI::App& root, int& exit);
void add_overload(CLI::App& root, int& exit);
void add_gateway(CLI::App& root, int& exit);
void add_ws(CLI::App& root, int& exit);
void add_drive(CLI::App& root, int& exit);  ///< hidden: what LoadChild starts

/// The first transcript of the scenario, by name. An empty `scenarios`: where rondo looks itself. Errors: `not_found`.
[[nodiscard]] Result<std::filesystem::path> find_transcript(const std::string& scenario, const std::string& scenarios);

/// How a bench of one line tells it.
struct Output {
    bool json{false}, check{false};
};
void add_output(CLI::App& command, Output& output);
/// Prints the line and, when asked to, checks it. Returns the exit code.
[[nodiscard]] int print(const char* bench, const Result<std::vector<Figure>>& figures, const Output& output);
}  // namespace rondo::bench
