#include "talk/turn/catalog.hpp"

namespace rondo::turn {
Catalog::Catalog(std::vector<Scenario> scenarios, std::string default_scenario, std::int64_t generation, Config config)
    : default_scenario_{std::move(default_scenario)}, generation_{generation}, config_{std::move(config)} {
    for (auto& scenario : scenarios) {
        const std::string id = scenario.pack->id();
        scenarios_.emplace(id, std::make_shared<const Scenario>(std::move(scenario)));
    }
}

std::shared_ptr<const Scenario> Catalog::find(std::string_view id) const {
    const auto found = scenarios_.find(id.empty() ? std::string_view{default_scenario_} : id);
    return found == scenarios_.end() ? nullptr : found->second;
}
}  // namespace rondo::turn
