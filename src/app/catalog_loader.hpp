#pragma once
#include "app/config.hpp"
#include "base/obs/logger.hpp"
#include "talk/turn/catalog.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::app {
using Packs = std::vector<std::shared_ptr<const scenario::ScenarioPack>>;

/// A workflow that takes the place of every pack's own.
struct OverridingWorkflow {
    flow::Workflow workflow;
    std::string source;  ///< the file's name, or "api"
    WallTime loaded_at;
};

/// Every pack of the configured folder, the default scenario among them; those of `known` that have not changed are not parsed
/// again. Errors: `not_found`, `invalid_argument` with every fault of every pack.
[[nodiscard]] Result<Packs> load_packs(const Config& config, const Packs& known = {});

/// The bytes of the overriding file; nullopt when there is none. Errors: it cannot be read.
[[nodiscard]] Result<std::optional<std::string>> read_override(const std::filesystem::path& file);
/// Errors: `invalid_argument` with every fault, paths like `workflow_config.json:12#/routing_rules`.
[[nodiscard]] Result<OverridingWorkflow> parse_override(const std::filesystem::path& file, std::string_view text);

/// Compiles the workflow that applies to each pack and trains its intents, or takes them from the data folder. A pack that
/// `former` (may be null) has in the same version is taken from there, intents included. Blocks.
/// Errors: `invalid_argument`.
[[nodiscard]] Result<std::shared_ptr<const turn::Catalog>> make_catalog(const Config& config, const Packs& packs,
                                                                        const std::optional<OverridingWorkflow>& workflow,
                                                                        std::int64_t generation, const turn::Catalog* former,
                                                                        obs::Logger log);

/// Reads and checks what a catalog is made of, without training anything. Errors: as above.
[[nodiscard]] Status check_catalog(const Config& config);
}  // namespace rondo::app
