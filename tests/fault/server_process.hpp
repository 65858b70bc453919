#pragma once
#include "base/clock.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rondo::fault {
/// `rondo serve` as a child process. Its stderr goes to `server.log` in the data folder. Throws when the child does not do
/// what it should.
class ServerProcess {
public:
    explicit ServerProcess(std::filesystem::path data) : data_{std::move(data)} {}
    ~ServerProcess() { kill(); }
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    /// Starts it and waits for `listening on`. `environment`: entries like RONDO_TURN__BUSY=queue; `arguments`: more of the command line,
    /// such as a --port other than 0.
    void start(const std::vector<std::string>& environment, const std::vector<std::string>& arguments = {});
    /// Starts it and returns at once; await_listening() does the rest, or wait() when it is to fail.
    void launch(const std::vector<std::string>& environment, const std::vector<std::string>& arguments = {});
    void await_listening();
    void signal(int number) const;
    void kill();  ///< kill -9; returns when the process is gone
    int terminate();  ///< SIGTERM; waits and returns the exit code
    int wait();  ///< for it to end by itself; returns the exit code, -1 after a signal

    [[nodiscard]] pid_t process() const { return pid_; }
    [[nodiscard]] bool running() const { return pid_ > 0; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] Clock::duration ready_after() const { return ready_after_; }  ///< from the fork to `listening on`

private:
    std::string read_line();
    int reap();

    std::filesystem::path data_;
    pid_t pid_{-1};
    int out_{-1};  // the child's stdout
    std::uint16_t port_{0};
    TimePoint started_{};
    Clock::duration ready_after_{};
};
}  // namespace rondo::fault
