#pragma once
#include "child.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// A `rondo` that listens, in a process of its own; killed, if it still runs, on destruction.
struct Program {
    std::unique_ptr<Child> child;
    Clock::duration ready;  ///< from just before the process was made to its line `listening on`
    std::uint16_t port;
};

struct ProgramOptions {
    std::filesystem::path binary;
    std::filesystem::path data;
    std::filesystem::path scenarios;          ///< empty: where the program looks itself
    std::vector<std::string> environment{};   ///< see clean_environment(); empty: this process's own
    std::string log_level{"warn"};
    std::vector<std::string> arguments{};     ///< more of `rondo serve`
};

/// Starts `rondo serve` on a free port and waits until it listens. Its log goes to this process's standard error.
/// Errors: those of Child; `deadline_exceeded` after a minute.
[[nodiscard]] Result<Program> start_program(const ProgramOptions& options);

struct MockOptions {
    std::filesystem::path binary;
    std::string key;          ///< what callers must send
    std::size_t tokens{24};   ///< of each answer
    std::size_t threads{1};
};
/// The same for `rondo mock-provider`.
[[nodiscard]] Result<Program> start_mock_provider(const MockOptions& options);

/// This program once more, with a command that prints its address like `rondo serve`. Errors: those of start_program().
[[nodiscard]] Result<Program> start_self(std::vector<std::string> arguments);

/// This process's environment without settings of rondo, and `more`, each NAME=VALUE.
[[nodiscard]] std::vector<std::string> clean_environment(std::vector<std::string> more);

/// Settings, each KEY=VALUE as in "server.threads=1", as variables of the environment.
[[nodiscard]] std::vector<std::string> as_variables(const std::vector<std::string>& settings);

/// The `rondo` built or installed beside this program.
[[nodiscard]] std::filesystem::path find_program();
}  // namespace rondo::bench
