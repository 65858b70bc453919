#pragma once
#include "engine/flow/workflow_graph.hpp"
#include "talk/scenario/intent_model.hpp"
#include "talk/scenario/pack.hpp"
#include "talk/turn/config.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace rondo::turn {
/// A scenario ready to be played: the pack, its trained intents and the workflow that applies to it.
struct Scenario {
    std::shared_ptr<const scenario::ScenarioPack> pack;
    std::shared_ptr<const scenario::IntentModel> intents;
    std::shared_ptr<const flow::WorkflowGraph> graph;
    std::string workflow_source;  ///< "pack" or the overriding file's name
};

/// One generation of everything a turn is configured by. Immutable; a turn keeps the generation it began with.
class Catalog {
public:
    Catalog(std::vector<Scenario> scenarios, std::string default_scenario, std::int64_t generation, Config config);

    /// Null when there is none of that name; "" names the default scenario.
    [[nodiscard]] std::shared_ptr<const Scenario> find(std::string_view id) const;
    [[nodiscard]] const std::map<std::string, std::shared_ptr<const Scenario>, std::less<>>& scenarios() const { return scenarios_; }
    [[nodiscard]] std::int64_t generation() const { return generation_; }
    [[nodiscard]] const Config& config() const { return config_; }

private:
    std::map<std::string, std::shared_ptr<const Scenario>, std::less<>> scenarios_;
    std::string default_scenario_;
    std::int64_t generation_;
    Config config_;
};
}  // namespace rondo::turn
