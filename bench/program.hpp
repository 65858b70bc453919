#pragma once
#include "child.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace rondo::bench {
/// The real `rondo serve` in a process of its own, on a free port; killed, if it still runs, on destruction.
struct Program {
    std::unique_ptr<Child> child;
    Clock::duration ready;  ///< from just before the process was made to its line `listening on`
};

struct ProgramOptions {
    std::filesystem::path binary;
    std::filesystem::path data;
    std::filesystem::path scenarios;  ///< empty: where the program looks itself
};

/// Starts it and waits until it listens. Its log goes to this process's standard error, warnings and worse only.
/// Errors: those of Child; `deadline_exceeded` after a minute.
[[nodiscard]] Result<Program> start_program(const ProgramOptions& options);

/// The `rondo` built or installed beside this program.
[[nodiscard]] std::filesystem::path find_program();
}  // namespace rondo::bench
