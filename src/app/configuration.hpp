#pragma once
#include "app/generation.hpp"
#include "base/async/background.hpp"
#include "base/obs/logger.hpp"
#include "base/obs/registry.hpp"
#include "platform/files/file_watch.hpp"

#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rondo::app {
/// The configuration while the server runs: settings, packs and the overriding workflow, as numbered generations.
///
/// A change is read, checked and compiled aside, on a thread of its own, and then published in one step; what has faults
/// leaves the generation in force as it is and is told in the log, in metrics and by `failure()`. Thread-safe unless it says otherwise.
class Configuration {
public:
    /// Reads packs and workflow for settings that are loaded already; generation 1. Blocks.
    /// Errors: those of catalog_loader.hpp.
    [[nodiscard]] static Result<std::unique_ptr<Configuration>> open(config::Loaded<Config> settings, Inputs inputs, obs::Logger log,
                                                                     obs::Registry& registry);
    ~Configuration() { stop(); }

    /// Begins to watch the workflow file and the shared settings. Call once; not thread-safe against stop().
    void start();
    /// Finishes what was asked for and ends the thread. After it nothing is published; reading goes on.
    /// Before the loops stop on which replace_workflow() is awaited; not from a subscriber.
    void stop();

    /// Reads everything again, later and elsewhere: settings, packs, workflow. What only a restart changes keeps its value.
    void reload();

    /// Checks a workflow, puts it in force for turns that begin from now on and, with `persist`, first makes it durable as the
    /// overriding file. Without, it lasts until that file changes, reload() or a restart. Returns the generation with it.
    /// Errors: `invalid_argument` (malformed, or every fault with its pointer), replace_file()'s, `unavailable` (stopped).
    asio::awaitable<Result<LiveGeneration::Pin>> replace_workflow(std::string json, bool persist);

    [[nodiscard]] LiveGeneration& live() { return *live_; }
    [[nodiscard]] LiveGeneration::Pin current() const { return live_->current(); }
    [[nodiscard]] std::shared_ptr<const turn::Catalog> catalog() const { return live_->current()->value.catalog; }
    /// A pack of this generation, or of an older one as long as a turn keeps it. Null when there is none.
    [[nodiscard]] std::shared_ptr<const scenario::ScenarioPack> pack(std::string_view id, std::uint64_t version) const;
    [[nodiscard]] std::optional<ReloadFailure> failure() const;

private:
    Configuration(Inputs inputs, obs::Logger log, obs::Registry& registry);
    /// Has read_all() run soon; requests that come before it does are one.
    void ask(Trigger trigger);
    // All of these on the background thread.
    void read_all(Trigger trigger);
    void read_workflow();
    void follow_workflow();
    Result<Generation> next_of_all(Trigger trigger, std::optional<std::string>& text) const;
    Result<LiveGeneration::Pin> put(std::string json, bool persist);
    /// `settles`: whose failure this success ends; a signal's ends every one.
    LiveGeneration::Pin publish(Generation next, Trigger trigger, Trigger settles);
    void refuse(const Error& error, Trigger trigger);
    void count(const char* result);
    void remember_packs(const turn::Catalog& catalog);

    Inputs inputs_;
    obs::Logger log_;
    obs::Registry& registry_;
    std::unique_ptr<LiveGeneration> live_;
    LiveGeneration::Subscription log_level_;

    mutable std::mutex mutex_;  // guards what follows
    std::optional<ReloadFailure> failure_;
    std::map<std::pair<std::string, std::uint64_t>, std::weak_ptr<const scenario::ScenarioPack>> packs_;

    // What the background thread alone touches.
    std::optional<std::string> seen_;  // the workflow file's text as last read, good or bad
    std::filesystem::path watched_;
    std::unique_ptr<files::FileWatch> watch_;

    std::atomic<bool> signal_asked_{false}, store_asked_{false}, stopped_{false};
    Background background_;
};
}  // namespace rondo::app
