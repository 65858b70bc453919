#pragma once
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/wait.h>

/// The real program, as a person runs it in a shell.
namespace rondo::support {
struct Ended {
    int exit;  ///< -1: a signal
    std::string output;
};

/// Runs `rondo` with these arguments, in the shell's words, and waits for its end. `redirect` decides what of the standard error is
/// among the output: "2>&1" all of it, "2>/dev/null" none.
inline Ended run_program(std::string_view arguments, std::string_view redirect = "2>&1") {
    std::FILE* pipe = ::popen(fmt::format("'{}' {} {}", RONDO_BINARY, arguments, redirect).c_str(), "r");
    if (!pipe) throw std::runtime_error{"cannot run the program"};
    Ended run{};
    std::array<char, 4096> buffer{};
    for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) run.output.append(buffer.data(), n);
    const int status = ::pclose(pipe);
    run.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return run;
}
}  // namespace rondo::support
