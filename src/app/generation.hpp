#pragma once
#include "app/catalog_loader.hpp"
#include "app/config.hpp"
#include "app/provider_list.hpp"
#include "base/clock.hpp"
#include "base/config/live.hpp"
#include "talk/turn/catalog.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::app {
/// Everything the server is configured by at one time. Immutable once published; a turn keeps the one it began with.
struct Generation {
    /// When a setting got the value it has.
    struct Since {
        std::uint64_t generation;
        WallTime loaded_at;
    };
    config::Loaded<Config> settings;
    std::vector<Since> since;  ///< beside settings.settings
    std::optional<OverridingWorkflow> workflow;
    std::shared_ptr<const turn::Catalog> catalog;
    /// Shared with the generation before where only the workflow changed. Never null.
    std::shared_ptr<const std::vector<ProviderEntry>> providers;

    [[nodiscard]] const Config& config() const { return settings.value; }
    /// A workflow file that says no is left alone until SIGHUP or the API speaks.
    [[nodiscard]] bool auto_reload() const { return !workflow || workflow->workflow.auto_reload; }
};
using LiveGeneration = config::Live<Generation>;

/// What made the configuration be read.
enum class Trigger { start, signal, file, store, api };
[[nodiscard]] constexpr std::string_view name(Trigger trigger) noexcept {
    switch (trigger) {
        case Trigger::start: return "start";
        case Trigger::signal: return "signal";
        case Trigger::file: return "file";
        case Trigger::store: return "store";
        case Trigger::api: return "api";
    }
    return "";
}

/// Why what was read last is not in force.
struct ReloadFailure {
    Trigger trigger;
    Error error;
    WallTime at;
};
}  // namespace rondo::app
