#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"

#include <sys/types.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace rondo::bench {
/// A process of its own whose standard output we read. Killed, if it still runs, on destruction.
class Child {
public:
    /// `environment`: all of it, each NAME=VALUE; empty: this process's own.
    /// Errors: `internal` (no pipe), `not_found` (no such program).
    [[nodiscard]] static Result<std::unique_ptr<Child>> start(const std::filesystem::path& program, std::vector<std::string> arguments,
                                                              std::vector<std::string> environment = {});
    /// This program once more.
    [[nodiscard]] static Result<std::unique_ptr<Child>> start_self(std::vector<std::string> arguments);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// The next line, without its end. Errors: `unavailable` (there is none any more), `deadline_exceeded`.
    [[nodiscard]] Result<std::string> line(TimePoint deadline);

    /// Sends the signal and waits for the end. Errors: `internal` (it ended otherwise: another signal, an exit code but 0).
    Status end(int signal = SIGTERM);
    [[nodiscard]] pid_t process() const { return process_; }

private:
    Child(pid_t process, int output) : process_{process}, output_{output} {}
    pid_t process_;  // 0 once it has ended
    int output_;
    std::string buffer_;
};
}  // namespace rondo::bench
