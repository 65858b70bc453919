#include "app/catalog_loader.hpp"

#include "base/config/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace rondo::app {
namespace {
/// The overriding workflow, or nothing when there is no such file.
Result<std::optional<flow::Workflow>> overriding(const std::filesystem::path& file) {
    if (file.empty() || !std::filesystem::exists(file)) return std::nullopt;
    const auto text = config::read_text(file);
    if (!text) return propagate(text);
    auto workflow = flow::parse_workflow(text->body, scenario::kNodes);
    if (workflow) return std::move(*workflow);
    Error error = workflow.error();
    error.message = fmt::format("{}: {}", file.string(), error.message);
    for (auto& fault : error.faults) fault.path = fmt::format("{}#{}", file.filename().string(), fault.path);
    return fail(std::move(error));
}

struct Files {
    std::vector<std::shared_ptr<const scenario::ScenarioPack>> packs;
    std::optional<flow::Workflow> workflow;
};

Result<Files> read_files(const Config& config) {
    const auto folder = find_scenarios(config);
    if (!folder) return propagate(folder);
    auto packs = scenario::load_all(*folder);
    if (!packs) return propagate(packs);
    auto workflow = overriding(config.workflow);
    if (!workflow) return propagate(workflow);
    const auto is_default = [&config](const auto& pack) { return pack->id() == config.default_scenario; };
    if (std::ranges::none_of(*packs, is_default)) {
        return fail(Code::not_found, fmt::format("default_scenario: {} has no pack `{}`", folder->string(), config.default_scenario));
    }
    return Files{std::move(*packs), std::move(*workflow)};
}
}  // namespace

Status check_catalog(const Config& config) {
    const auto files = read_files(config);
    if (!files) return propagate(files);
    return {};
}

Result<std::shared_ptr<const turn::Catalog>> load_catalog(const Config& config, std::int64_t generation, obs::Logger log) {
    const auto files = read_files(config);
    if (!files) return propagate(files);
    std::vector<turn::Scenario> scenarios;
    for (const auto& pack : files->packs) {
        auto intents = scenario::IntentModel::load_or_train(*pack, config.data / "models");
        if (!intents) return propagate(intents);
        if (intents->trained()) log.info("intents_trained", {{"scenario", pack->id()}});
        auto graph = flow::compile(files->workflow ? *files->workflow : pack->workflow(), scenario::kNodes);
        if (!graph) return propagate(graph);
        scenarios.push_back({.pack = pack,
                             .intents = std::make_shared<const scenario::IntentModel>(std::move(*intents)),
                             .graph = std::make_shared<const flow::WorkflowGraph>(std::move(*graph)),
                             .workflow_source = files->workflow ? config.workflow.filename().string() : "pack"});
    }
    return std::make_shared<const turn::Catalog>(std::move(scenarios), config.default_scenario, generation);
}
}  // namespace rondo::app
