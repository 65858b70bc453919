#include "app/catalog_loader.hpp"

#include "base/config/document.hpp"
#include "talk/scenario/yaml_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rondo::app {
Result<Packs> load_packs(const Config& config, const Packs& known) {
    const auto folder = find_scenarios(config);
    if (!folder) return propagate(folder);
    auto packs = scenario::load_all(*folder, scenario::kNodes, known);
    if (!packs) return propagate(packs);
    const auto is_default = [&config](const auto& pack) { return pack->id() == config.default_scenario; };
    if (std::ranges::none_of(*packs, is_default)) {
        return fail(Code::not_found, fmt::format("default_scenario: {} has no pack `{}`", folder->string(), config.default_scenario));
    }
    return packs;
}

Result<std::optional<std::string>> read_override(const std::filesystem::path& file) {
    if (file.empty()) return std::nullopt;
    auto text = config::read_text(file);
    if (text) return std::move(text->body);
    // It may have gone just now; what is there but cannot be read is an error.
    std::error_code ec;
    if (text.error().code == Code::not_found && !std::filesystem::exists(std::filesystem::symlink_status(file, ec))) return std::nullopt;
    return propagate(text);
}

Result<OverridingWorkflow> parse_override(const std::filesystem::path& file, std::string_view text) {
    auto workflow = flow::parse_workflow(text, scenario::kNodes);
    if (workflow) return OverridingWorkflow{std::move(*workflow), file.filename().string(), Clock::wall()};
    Error error = workflow.error();
    // A text that is no JSON has no list of faults; its message tells the place.
    error.message = error.faults.empty()
                        ? fmt::format("{0}: {1}", file.string(), error.message)
                        : fmt::format("{0}: the workflow has faults; `rondo workflow check {0}` shows them with the graph", file.string());
    error.faults = scenario::place_faults(std::move(error.faults), text, file.filename().string());
    return fail(std::move(error));
}

Result<std::shared_ptr<const turn::Catalog>> make_catalog(const Config& config, const Packs& packs,
                                                          const std::optional<OverridingWorkflow>& workflow, std::int64_t generation,
                                                          const turn::Catalog* former, obs::Logger log) {
    std::vector<turn::Scenario> scenarios;
    for (const auto& pack : packs) {
        turn::Scenario scenario{.pack = pack, .intents = {}, .graph = {}, .workflow_source = workflow ? workflow->source : "pack"};
        const auto known = former ? former->find(pack->id()) : nullptr;
        if (known && known->pack->content_hash() == pack->content_hash()) {
            scenario.pack = known->pack;
            scenario.intents = known->intents;
        } else {
            auto intents = scenario::IntentModel::load_or_train(*pack, config.data / "models");
            if (!intents) return propagate(intents);
            if (intents->trained()) log.info("intents_trained", {{"scenario", pack->id()}});
            scenario.intents = std::make_shared<const scenario::IntentModel>(std::move(*intents));
        }
        auto graph = flow::compile(workflow ? workflow->workflow : pack->workflow(), scenario::kNodes);
        if (!graph) return propagate(graph);
        scenario.graph = std::make_shared<const flow::WorkflowGraph>(std::move(*graph));
        scenarios.push_back(std::move(scenario));
    }
    return std::make_shared<const turn::Catalog>(std::move(scenarios), config.default_scenario, generation, config.turn);
}

Status check_catalog(const Config& config) {
    const auto packs = load_packs(config);
    if (!packs) return propagate(packs);
    const auto text = read_override(config.workflow);
    if (!text) return propagate(text);
    if (!*text) return {};
    const auto workflow = parse_override(config.workflow, **text);
    if (!workflow) return propagate(workflow);
    return {};
}
}  // namespace rondo::app
