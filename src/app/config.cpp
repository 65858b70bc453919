#include "app/config.hpp"

#include <fmt/format.h>

namespace rondo::app {
namespace {
/// Names older deployments set. What they configure comes with the shared stores; until then they are accepted and said to
/// have no effect, so that an existing environment starts this server unchanged.
config::Alias noted(const char* name, const char* about) {
    return {.name = name, .key = {}, .read = {}, .warning = fmt::format("{} is set: {}", name, about)};
}

Result<std::string> only_dynamic(std::string_view value, const config::Environment&) {
    if (value == "dynamic_workflow") return std::string{value};
    return fail(Code::invalid_argument, "only dynamic_workflow exists: workflows are data now (config/workflow_config.json)");
}

std::vector<config::Alias> founding_names() {
    const char* embedded = "this server keeps its state itself (data folder); nothing connects to it";
    return {
        noted("REDIS_URL", embedded),
        noted("REDIS_HOST", embedded),
        noted("REDIS_PORT", embedded),
        noted("REDIS_DB", embedded),
        noted("DATABASE_URL", embedded),
        {.name = "ENVIRONMENT", .key = {}, .read = {}, .warning = {}},
        {.name = "COORDINATOR_ENGINE", .key = {}, .read = only_dynamic, .warning = {}},
        noted("ALLOW_LEGACY_COORDINATOR", "there is one coordinator only"),
    };
}

std::filesystem::path program_folder() {
    std::error_code ec;
    return std::filesystem::read_symlink("/proc/self/exe", ec).parent_path();
}
}  // namespace

Result<config::Loaded<Config>> load_config(const Inputs& inputs) {
    config::LoadOptions options{.file = inputs.file, .env = inputs.environment, .flags = inputs.flags, .aliases = founding_names()};
    if (inputs.shared) {
        auto shared = inputs.shared->read();
        if (!shared) return propagate(shared);
        options.shared = std::move(*shared);
    }
    return config::load<Config>(options);
}

Result<std::filesystem::path> find_scenarios(const Config& config) {
    if (!config.scenarios.empty()) {
        if (std::filesystem::is_directory(config.scenarios)) return config.scenarios;
        return fail(Code::not_found, fmt::format("scenarios: {} is not a folder", config.scenarios.string()));
    }
    // Those at hand, those installed with this program, and those of the checkout whose build/<preset> it lies in.
    for (const auto& folder :
         {std::filesystem::path{"scenarios"}, program_folder() / "../share/rondo/scenarios", program_folder() / "../../scenarios"}) {
        if (std::filesystem::is_directory(folder)) return folder.lexically_normal();
    }
    return fail(Code::not_found, "no folder of scenario packs found; name one with --scenarios or the setting `scenarios`");
}
}  // namespace rondo::app
