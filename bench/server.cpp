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
    auto server = start_on(data->path(), std::move(settings));
    if (server) (*server)->data_.emplace(std::move(*data));
    return server;
}

Result<std::unique_ptr<Server>> Server::start_on(const std::filesystem::path& data, std::vector<config::Override> settings) {
    settings.push_back({"data", data.string(), "the bench"});
    settings.push_back({"workflow", (data / "none.json").string(), "the bench"});  // the packs' own
    settings.push_back({"server.port", "0", "the bench"});
    app::Inputs inputs{.file = {}, .flags = std::move(settings), .environment = {}};
    auto config = app::load_config(inputs);
    if (!config) return propagate(config);
    auto app = app::App::start(std::move(*config), {.inputs = std::move(inputs), .on_fatal = [] {
                                                        std::fputs("rondo-bench: the store failed\n", stderr);
                                                        std::_Exit(1);
                                                    }});
    if (!app) return propagate(app);
    return std::unique_ptr<Server>{new Server{std::move(*app)}};
}

Usage Server::usage() const {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return {.cpu = duration(used.ru_utime) + duration(used.ru_stime), .store = app_->database().stats()};
}

std::int64_t rss_kib(pid_t process) {
    std::ifstream statm{process == 0 ? "/proc/self/statm" : fmt::format("/proc/{}/statm", process)};
    std::int64_t size = 0, resident = 0;
    statm >> size >> resident;
    return resident * sysconf(_SC_PAGESIZE) / 1024;
}
}  // namespace rondo::bench
