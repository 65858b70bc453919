#include "app/provider_list.hpp"

#include "platform/net/proxy.hpp"

#include <fmt/format.h>

#include <utility>

namespace rondo::app {
namespace {
Result<ProviderEntry> read_provider(const std::string& name, const llm::TargetConfig& config, const net::ProxySettings& proxies,
                                    const std::shared_ptr<const net::TlsContext>& tls, const config::Environment& environment) {
    auto endpoint = net::parse_url(llm::split_base_url(config.base_url).endpoint);
    if (!endpoint) return propagate(endpoint);
    auto proxy = net::choose_proxy(proxies, *endpoint);
    if (!proxy) return propagate(proxy);
    auto key = llm::read_key(config, environment);
    if (!key) return propagate(key);
    return ProviderEntry{.name = name,
                         .config = config,
                         .way = {.endpoint = std::move(*endpoint),
                                 .tls = tls,
                                 .proxy = std::move(*proxy),
                                 .max_connections = static_cast<std::size_t>(config.max_connections),
                                 .max_idle = static_cast<std::size_t>(config.max_connections),  // a burst is seldom the last
                                 .connect_timeout = config.connect},
                         .key = std::move(*key)};
}
}  // namespace

Result<std::vector<ProviderEntry>> read_providers(const llm::Config& config, const config::Environment& environment) {
    std::vector<Fault> faults;
    auto tls = net::TlsContext::make(config.ca_file);
    if (!tls) faults.push_back({"llm.ca_file", tls.error().message});
    const auto proxies = net::read_proxy_settings([&environment](std::string_view name) {
        const auto found = environment.find(std::string{name});
        return found == environment.end() ? std::string{} : found->second;
    });
    std::vector<ProviderEntry> entries;
    for (const auto& [name, target] : config.targets) {
        auto entry = read_provider(name, target, proxies, tls.value_or(nullptr), environment);
        if (entry) entries.push_back(std::move(*entry));
        else faults.push_back({fmt::format("llm.targets.{}", name), entry.error().message});
    }
    if (faults.empty()) return entries;
    return fail(
        Error{.code = Code::invalid_argument, .message = "the model providers cannot be used as configured", .faults = std::move(faults)});
}
}  // namespace rondo::app
