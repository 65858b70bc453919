#include "child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace rondo::bench {
namespace {
/// As execve() wants them; valid as long as the texts are.
std::vector<char*> c_strings(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}
}  // namespace

Result<std::unique_ptr<Child>> Child::start_self(std::vector<std::string> arguments) {
    return start("/proc/self/exe", std::move(arguments));
}

Result<std::unique_ptr<Child>> Child::start(const std::filesystem::path& program, std::vector<std::string> arguments,
                                            std::vector<std::string> environment) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Code::internal, "pipe failed");
    arguments.insert(arguments.begin(), program.filename().string());
    const auto argv = c_strings(arguments);
    const auto envp = c_strings(environment);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);  // the server's sockets and files are not its own
    pid_t process = 0;
    const int failed = posix_spawn(&process, program.c_str(), &actions, nullptr, argv.data(), environment.empty() ? environ : envp.data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (failed != 0) {
        ::close(ends[0]);
        return fail(Code::not_found, fmt::format("{} cannot be started: {}", program.string(), std::strerror(failed)));
    }
    return std::unique_ptr<Child>{new Child{process, ends[0]}};
}

Child::~Child() {
    ::close(output_);
    if (process_ > 0) static_cast<void>(end(SIGKILL));
}

Status Child::end(int signal) {
    const pid_t process = std::exchange(process_, 0);
    ::kill(process, signal);
    int status = 0;
    while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {}
    const bool as_told = WIFSIGNALED(status) ? WTERMSIG(status) == signal : WEXITSTATUS(status) == 0;
    return as_told ? Status{} : fail(Code::internal, fmt::format("the child ended with status {:#x}", status));
}

Result<std::string> Child::line(TimePoint deadline) {
    for (;;) {
        if (const auto end = buffer_.find('\n'); end != std::string::npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd waiting{.fd = output_, .events = POLLIN, .revents = 0};
        const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000))) : 0;
        if (ready == 0) return fail(Code::deadline_exceeded, "the child has said nothing for too long");
        std::array<char, 4'096> bytes;
        const auto size = ready > 0 ? ::read(output_, bytes.data(), bytes.size()) : -1;
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return fail(Code::unavailable, "the child ended before its work was done");
        buffer_.append(bytes.data(), static_cast<std::size_t>(size));
    }
}
}  // namespace rondo::bench
