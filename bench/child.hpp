#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace rondo::bench {
/// This program once more, as a process of its own whose standard output we read. Killed, if it still runs, on destruction.
class Child {
public:
    /// Errors: `internal` (no pipe, no process).
    [[nodiscard]] static Result<std::unique_ptr<Child>> start(std::vector<std::string> arguments);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// The next line, without its end. Errors: `unavailable` (there is none any more), `deadline_exceeded`.
    [[nodiscard]] Result<std::string> line(TimePoint deadline);

private:
    Child(pid_t process, int output) : process_{process}, output_{output} {}
    pid_t process_;
    int output_;
    std::string buffer_;
};
}  // namespace rondo::bench
