#pragma once
#include "app/app.hpp"
#include "base/result.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rondo::bench {
/// A folder of its own under the system's place for temporary files ($TMPDIR), deleted with all it holds.
class TemporaryFolder {
public:
    [[nodiscard]] static Result<TemporaryFolder> make();
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_{std::exchange(other.path_, {})} {}
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    explicit TemporaryFolder(std::filesystem::path path) : path_{std::move(path)} {}
    std::filesystem::path path_;  // empty once moved from
};

/// What this process has used since it began, and the store since it was opened.
struct Usage {
    std::chrono::microseconds cpu;  ///< user and system, all threads
    store::Database::Stats store;
};

/// A server in this process, on a free port and a fresh data folder, without a log.
class Server {
public:
    /// `settings` are laid over the defaults; neither a file nor the environment is read. Errors: those of app::App.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(std::vector<config::Override> settings);
    /// The same on a folder that is there already and stays.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start_on(const std::filesystem::path& data,
                                                                  std::vector<config::Override> settings);

    [[nodiscard]] std::uint16_t port() const { return app_->port(); }
    [[nodiscard]] Usage usage() const;
    [[nodiscard]] store::Database& database() const { return app_->database(); }

private:
    explicit Server(std::unique_ptr<app::App> app) : app_{std::move(app)} {}
    std::optional<TemporaryFolder> data_;  // goes after the app
    std::unique_ptr<app::App> app_;
};

/// Resident memory of a process now, 0: of this one. 0 when there is no such process.
[[nodiscard]] std::int64_t rss_kib(pid_t process = 0);
}  // namespace rondo::bench
