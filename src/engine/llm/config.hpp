#pragma once
#include "engine/llm/gateway_config.hpp"
#include "engine/llm/target_config.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace rondo::llm {
/// A name for several targets, asked in this order.
struct AliasConfig {
    std::vector<std::string> targets;
};

template <class Visitor>
void describe(Visitor& v, AliasConfig& c) {
    v.field("targets", c.targets, Reload::live, "Names of targets, the first choice first.");
    v.rule(!c.targets.empty(), "targets", "must name at least one target");
}

/// The providers and how they are asked. Without a target the embedded model answers everything.
struct Config {
    std::map<std::string, TargetConfig> targets;
    std::map<std::string, AliasConfig> aliases;
    std::vector<std::string> order;  ///< of requests that name no model; empty: all targets by name
    std::string ca_file;             ///< certificates trusted besides the system's, PEM
    GatewayConfig gateway;
};

template <class Visitor>
void describe(Visitor& v, Config& c) {
    v.map("targets", c.targets, "Providers by a name of yours.");
    v.map("aliases", c.aliases, "Further names that requests may ask for.");
    v.field("order", c.order, Reload::live, "Targets of requests that name no model, the first choice first; empty: all, by name.");
    v.field("ca_file", c.ca_file, Reload::live, "PEM file of certificate authorities trusted besides the system's.");
    v.section("gateway", c.gateway);
    const auto known = [&c](const std::vector<std::string>& names) {
        return std::ranges::all_of(names, [&c](const std::string& name) { return c.targets.contains(name); });
    };
    v.rule(known(c.order), "order", "names a target that is not among targets");
    v.rule(!c.targets.contains("rondo"), "targets.rondo", "is taken: rondo/SCENARIO asks for a scenario");
    v.rule(!c.aliases.contains("rondo"), "aliases.rondo", "is taken: rondo/SCENARIO asks for a scenario");
    for (const auto& [name, alias] : c.aliases) {
        v.rule(known(alias.targets), "aliases." + name + ".targets", "names a target that is not among targets");
        v.rule(!c.targets.contains(name), "aliases." + name, "is the name of a target already");
    }
}
}  // namespace rondo::llm
