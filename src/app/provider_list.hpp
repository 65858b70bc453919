#pragma once
#include "app/config.hpp"
#include "engine/llm/target_config.hpp"
#include "platform/net/outbound.hpp"

#include <string>
#include <vector>

namespace rondo::app {
/// A configured target with all that was read for it: ready to be asked.
struct ProviderEntry {
    std::string name;
    llm::TargetConfig config;
    net::Outbound::Config way;  ///< endpoint, certificates, proxy
    llm::ApiKey key;
};

/// The targets in the order of their names. Reads certificates and key files: not on an event loop.
/// Errors: `invalid_argument` with a fault for each target whose URL, proxy or key does not do, and for bad certificates.
[[nodiscard]] Result<std::vector<ProviderEntry>> read_providers(const llm::Config& config, const config::Environment& environment);
}  // namespace rondo::app
