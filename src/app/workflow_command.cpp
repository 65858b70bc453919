#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/report.hpp"
#include "base/config/document.hpp"
#include "base/json.hpp"
#include "engine/flow/dry_run.hpp"
#include "talk/scenario/node_types.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

namespace rondo::app {
namespace {
struct Options {
    std::string file;
    std::string scenario;
    std::string config;
    bool json{false};
    bool mermaid{false};
};

Result<std::string> read_stdin() {
    // One byte more than allowed tells a full input from an over-long one.
    std::string bytes(config::kMaxFileBytes + 1, '\0');
    std::cin.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (std::cin.bad()) return fail(Code::not_found, "the standard input cannot be read");
    bytes.resize(static_cast<std::size_t>(std::cin.gcount()));
    if (bytes.size() > config::kMaxFileBytes) {
        return fail(Code::invalid_argument, fmt::format("the standard input is longer than {} bytes", config::kMaxFileBytes));
    }
    return bytes;
}

/// The folder of a pack: the one given, or the installed one of that name.
Result<std::filesystem::path> pack_folder(const Options& options) {
    if (options.scenario.find('/') != std::string::npos) return std::filesystem::path{options.scenario};
    const auto loaded = load_config({.file = options.config.empty() ? std::nullopt : std::optional<std::filesystem::path>{options.config},
                                     .environment = config::process_environment()});
    if (!loaded) return propagate(loaded);
    const auto folder = find_scenarios(loaded->value);
    if (!folder) return propagate(folder);
    return *folder / options.scenario;
}

struct Input {
    std::string name;  ///< for messages
    std::string text;
};

Result<Input> read_input(const Options& options) {
    if (options.file == "-") {
        auto text = read_stdin();
        if (!text) return propagate(text);
        return Input{"standard input", std::move(*text)};
    }
    std::filesystem::path file = options.file;
    if (!options.scenario.empty()) {
        const auto folder = pack_folder(options);
        if (!folder) return propagate(folder);
        file = *folder / "workflow.json";
    }
    auto text = config::read_text(file);
    if (!text) return propagate(text);
    return Input{file.string(), std::move(text->body)};
}

int check(const Options& options) {
    if (options.file.empty() == options.scenario.empty()) {
        report({Code::invalid_argument, "name either a workflow file (- for the standard input) or a pack with --scenario"});
        return kUsage;
    }
    const auto input = read_input(options);
    if (!input) {
        report(input.error());
        return kUsage;
    }
    const auto checked = flow::dry_run(input->text, scenario::kNodes);
    if (!checked) {
        const flow::DryRun unread{.faults = {{"", checked.error().message}}, .text = {}, .mermaid = {}, .runs = {}};
        if (options.json) std::puts(json::write(flow::to_json(unread)).c_str());
        else report({checked.error().code, fmt::format("{}: {}", input->name, checked.error().message)});
        return kFailed;
    }
    if (options.json) {
        std::puts(json::write(flow::to_json(*checked)).c_str());
    } else {
        std::fputs((options.mermaid ? checked->mermaid : to_text(*checked)).c_str(), stdout);
        std::fflush(stdout);
        if (!checked->valid()) report({Code::invalid_argument, input->name + ": the workflow has faults", checked->faults});
    }
    return checked->valid() ? kOk : kFailed;
}
}  // namespace

void add_workflow(CLI::App& root, int& exit) {
    auto options = std::make_shared<Options>();
    auto* workflow = root.add_subcommand("workflow", "Work with workflow files");
    workflow->require_subcommand(1);
    auto* command = workflow->add_subcommand("check", "Check a workflow without running it and print its graph");
    command->add_option("file", options->file, "Workflow file, JSON; - reads the standard input");
    command->add_option("--scenario", options->scenario, "Check the workflow of a pack: its name, or its folder (with a /)");
    command->add_option("--config", options->config, "Settings file that says where the packs are")->check(CLI::ExistingFile);
    auto* json = command->add_flag("--json", options->json, "Print one JSON object: valid, faults, graph");
    command->add_flag("--mermaid", options->mermaid, "Print the graph as a Mermaid flowchart")->excludes(json);
    command->footer(
        "Prints the nodes with their routes and every way a run can go; on stderr all faults, each with its JSON pointer.\n"
        "Exit codes: 0 the workflow would be accepted, 1 it has faults, 2 wrong usage or it cannot be read.\n\n"
        "Examples:\n"
        "  rondo workflow check config/workflow_config.json\n"
        "  rondo workflow check --scenario sales-zh --mermaid\n"
        "  curl -s localhost:8000/api/v1/config/workflow | jq .workflow | rondo workflow check - --json");
    command->callback([options, &exit] { exit = check(*options); });
}
}  // namespace rondo::app
