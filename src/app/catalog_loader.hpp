#pragma once
#include "app/config.hpp"
#include "base/obs/logger.hpp"
#include "talk/turn/catalog.hpp"

#include <memory>

namespace rondo::app {
/// Reads the packs, trains their intents or takes the trained ones from the data folder, and compiles the workflow that
/// applies to each: the overriding file's when there is one.
/// Errors: `not_found`, `invalid_argument` with every fault of every pack.
[[nodiscard]] Result<std::shared_ptr<const turn::Catalog>> load_catalog(const Config& config, std::int64_t generation, obs::Logger log);
/// Reads and checks the same files without training anything. Errors: as above.
[[nodiscard]] Status check_catalog(const Config& config);
}  // namespace rondo::app
