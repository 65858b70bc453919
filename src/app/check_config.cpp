#include "app/catalog_loader.hpp"
#include "app/commands.hpp"
#include "app/config_json.hpp"
#include "app/provider_list.hpp"
#include "app/report.hpp"
#include "base/json.hpp"
#include "platform/net/tls_identity.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace rondo::app {
namespace {
struct Options {
    std::string config;
    std::string schema;  // "settings", "workflow" or empty
    bool json{false};
};

int refuse(const Error& error, bool json) {
    if (json) {
        std::puts(json::write(boost::json::object{{"valid", false}, {"message", error.message}, {"faults", faults_json(error)}}).c_str());
    } else {
        report(error);
    }
    return kFailed;
}

void print_json(const config::Loaded<Config>& loaded) {
    boost::json::array settings;
    for (const auto& setting : loaded.settings) settings.push_back(setting_json(setting));
    boost::json::array warnings(loaded.warnings.begin(), loaded.warnings.end());
    std::puts(
        json::write(boost::json::object{{"valid", true}, {"settings", std::move(settings)}, {"warnings", std::move(warnings)}}).c_str());
}

void print_table(const config::Loaded<Config>& loaded) {
    std::size_t key = 0, value = 0;
    for (const auto& s : loaded.settings) {
        key = std::max(key, s.key.size());
        value = std::max(value, s.value.size());
    }
    for (const auto& s : loaded.settings)
        std::fputs(fmt::format("{:<{}}  {:<{}}  {}\n", s.key, key, s.value, value, s.source).c_str(), stdout);
    for (const auto& warning : loaded.warnings) std::fputs(fmt::format("warning: {}\n", warning).c_str(), stderr);
}

int check(const Options& options) {
    if (!options.schema.empty()) return std::puts((options.schema == "workflow" ? workflow_schema() : settings_schema()).c_str()), kOk;
    const auto loaded = load_config({.file = options.config.empty() ? std::nullopt : std::optional<std::filesystem::path>{options.config},
                                     .environment = config::process_environment()});
    if (!loaded) return refuse(loaded.error(), options.json);
    // The packs and the workflow are configuration too; their intents are not trained for a check.
    if (const auto checked = check_catalog(loaded->value); !checked) return refuse(checked.error(), options.json);
    if (const auto read = read_providers(loaded->value.llm, config::process_environment()); !read)
        return refuse(read.error(), options.json);
    if (const auto& tls = loaded->value.server.tls; tls.on()) {
        if (const auto identity = net::TlsIdentity::load(tls.certificate, tls.key); !identity)
            return refuse(identity.error(), options.json);
    }
    options.json ? print_json(*loaded) : print_table(*loaded);
    return kOk;
}
}  // namespace

void add_check_config(CLI::App& root, int& exit) {
    auto options = std::make_shared<Options>();
    auto* command = root.add_subcommand("check-config", "Check settings, scenario packs and workflow without starting");
    command->add_option("--config", options->config, "Settings file, YAML or JSON")->check(CLI::ExistingFile);
    command->add_flag("--json", options->json, "Print one JSON object");
    command->add_option("--schema", options->schema, "Print the JSON Schema of the settings file (default) or of a workflow, nothing else")
        ->expected(0, 1)
        ->default_str("settings")
        ->check(CLI::IsMember({"settings", "workflow"}));
    command->footer(
        "Prints every setting with its value and where it comes from: command line > shared store > file > RONDO_... > default.\n\n"
        "Examples:\n"
        "  rondo check-config --config rondo.yaml\n"
        "  rondo check-config --json | jq .settings\n"
        "  rondo check-config --schema > rondo.schema.json");
    command->callback([options, &exit] { exit = check(*options); });
}
}  // namespace rondo::app
