#include "app/respawn.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace rondo::app {
namespace {
/// An upgrade replaces the file, and the kernel says so behind its old name.
std::string program_path() {
    std::error_code ec;
    std::string path = std::filesystem::read_symlink("/proc/self/exe", ec).string();
    constexpr std::string_view kReplaced = " (deleted)";
    if (path.ends_with(kReplaced)) path.resize(path.size() - kReplaced.size());
    return path;
}

std::vector<std::string> own_arguments() {
    std::ifstream in{"/proc/self/cmdline", std::ios::binary};
    const std::string all{std::istreambuf_iterator<char>{in}, {}};
    std::vector<std::string> list;
    for (std::size_t at = 0; at < all.size();) {
        const auto end = std::min(all.find('\0', at), all.size());
        list.push_back(all.substr(at, end - at));
        at = end + 1;
    }
    return list;
}
}  // namespace

Result<pid_t> respawn(const std::string& flag) {
    const std::string program = program_path();
    auto arguments = own_arguments();
    if (program.empty() || arguments.empty()) return fail(Code::unavailable, "/proc does not tell how this program was started");
    if (std::ranges::find(arguments, flag) == arguments.end()) arguments.push_back(flag);
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    // A child that held our clients' sockets would keep connections open that we have closed.
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    pid_t process = 0;
    const int failed = ::posix_spawn(&process, program.c_str(), &actions, &attributes, pointers.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return fail(Code::unavailable, fmt::format("cannot start {}: {}", program, std::strerror(failed)));
    return process;
}
}  // namespace rondo::app
