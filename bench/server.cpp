#include "server.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace rondo::bench {
namespace {
std::chrono::microseconds duration(const timeval& time) {
    return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
}
}  // namespace

Result<TemporaryFolder> TemporaryFolder::make() {
    std::error_code ec;
    std::string name = (std::filesystem::temp_directory_path(ec) / "rondo-bench-XXXXXX").string();
    if (ec || !mkdtemp(name.data()))
        return fail(Code::unavailable, fmt::format("cannot make a folder like {}; set TMPDIR to one that can be written", name));
    return TemporaryFolder{name};
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<std::unique_ptr<Server>> Server::start(std::vector<config::Override> settings) {
    auto data = TemporaryFolder::make();
    if (!data) return propagate(data);
    settings.push_back({"data", data->path().string(), "the bench"});
    settings.push_back({"workflow", (data->path() / "none.json").string(), "the bench"});  // the packs' own
    settings.push_back({"server.port", "0", "the bench"});
    auto config = app::load_config(std::nullopt, std::move(settings), {});
    if (!config) return propagate(config);
    auto app = app::App::start(std::move(*config), {.on_fatal = [] {
                                   std::fputs("rondo-bench: the store failed\n", stderr);
                                   std::_Exit(1);
                               }});
    if (!app) return propagate(app);
    return std::unique_ptr<Server>{new Server{std::move(*data), std::move(*app)}};
}

Usage Server::usage() const {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return {.cpu = duration(used.ru_utime) + duration(used.ru_stime), .store = app_->database().stats()};
}

std::int64_t rss_kib() {
    std::ifstream statm{"/proc/self/statm"};
    std::int64_t size = 0, resident = 0;
    statm >> size >> resident;
    return resident * sysconf(_SC_PAGESIZE) / 1024;
}
}  // namespace rondo::bench
