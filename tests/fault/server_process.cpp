#include "fault/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace rondo::fault {
namespace {
constexpr int kStartMs = 60'000;

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (auto& text : texts) list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

std::vector<std::string> with_own(const std::vector<std::string>& more) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
    all.insert(all.end(), more.begin(), more.end());
    return all;
}
}  // namespace

void ServerProcess::start(const std::vector<std::string>& environment, const std::vector<std::string>& arguments) {
    launch(environment, arguments);
    await_listening();
}

void ServerProcess::launch(const std::vector<std::string>& environment, const std::vector<std::string>& more) {
    int pipe_ends[2];
    if (::pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
    const std::string log = (data_ / "server.log").string();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    std::vector<std::string> arguments{RONDO_BINARY, "serve", "--data", data_.string(), "--scenarios", RONDO_SOURCE_DIR "/scenarios"};
    const auto usual = [&](const char* name, const char* value) {
        if (std::ranges::find(more, name) == more.end()) arguments.insert(arguments.end(), {name, value});
    };
    usual("--port", "0");
    usual("--log-level", "warn");
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto variables = with_own(environment);
    started_ = Clock::now();
    const int failed = ::posix_spawn(&pid_, RONDO_BINARY, &actions, nullptr, pointers(arguments).data(), pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe_ends[1]);
    out_ = pipe_ends[0];
    if (failed != 0) {
        pid_ = -1;
        throw std::runtime_error{"cannot start " RONDO_BINARY};
    }
}

void ServerProcess::await_listening() {
    const std::string line = read_line();
    ready_after_ = Clock::now() - started_;
    const auto colon = line.rfind(':');
    if (!line.starts_with("listening on http://") ||
        std::from_chars(line.data() + colon + 1, line.data() + line.size(), port_).ec != std::errc{}) {
        throw std::runtime_error{"the server said \"" + line + "\" instead of its address; see " + (data_ / "server.log").string()};
    }
}

std::string ServerProcess::read_line() {
    std::string line;
    for (char byte = 0;;) {
        pollfd ready{.fd = out_, .events = POLLIN, .revents = 0};
        if (::poll(&ready, 1, kStartMs) <= 0) throw std::runtime_error{"the server did not start in time"};
        if (::read(out_, &byte, 1) != 1 || byte == '\n') return line;
        line += byte;
    }
}

void ServerProcess::signal(int number) const { ::kill(pid_, number); }

void ServerProcess::kill() {
    if (!running()) return;
    ::kill(pid_, SIGKILL);
    reap();
}

int ServerProcess::terminate() {
    ::kill(pid_, SIGTERM);
    return wait();
}

int ServerProcess::wait() {
    const int status = reap();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int ServerProcess::reap() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    ::close(out_);
    return status;
}
}  // namespace rondo::fault
