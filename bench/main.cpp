#include "app/commands.hpp"
#include "app/report.hpp"
#include "turn_bench.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>

namespace rondo::bench {
namespace {
using std::chrono::milliseconds;

struct TurnOptions {
    bool json{false}, check{false};
    std::string mode{"all"}, scenario{"sales-zh"}, scenarios;
    std::vector<std::size_t> users{1, 16, 64};
    double seconds{5}, warm_up{1};
    std::int64_t turns{0};
    std::vector<std::string> settings;
};

milliseconds in_milliseconds(double seconds) { return milliseconds{static_cast<std::int64_t>(seconds * 1'000)}; }

/// "server.threads=1"
std::vector<config::Override> overrides(const TurnOptions& options) {
    std::vector<config::Override> list;
    if (!options.scenarios.empty()) list.push_back({"scenarios", options.scenarios, "--scenarios"});
    for (const auto& setting : options.settings) {
        const auto split = setting.find('=');
        list.push_back({setting.substr(0, split), split == std::string::npos ? "" : setting.substr(split + 1), "--set"});
    }
    return list;
}

/// The first transcript of the scenario, by name.
Result<std::filesystem::path> find_transcript(const TurnOptions& options) {
    app::Config config;
    config.scenarios = options.scenarios;
    const auto scenarios = app::find_scenarios(config);
    if (!scenarios) return propagate(scenarios);
    const auto folder = *scenarios / options.scenario / "transcripts";
    std::vector<std::filesystem::path> files;
    std::error_code ec;
    for (const auto& entry : std::filesystem::directory_iterator{folder, ec}) files.push_back(entry.path());
    if (files.empty()) return fail(Code::not_found, fmt::format("{} holds no transcript", folder.string()));
    return *std::ranges::min_element(files);
}

int turn(const TurnOptions& options) {
    const auto transcript = find_transcript(options);
    if (!transcript) return app::report(transcript.error()), app::kUsage;
    if (!options.json) std::puts(table_head().c_str());
    for (const bool stream : {false, true}) {
        if (options.mode == (stream ? "json" : "sse")) continue;
        for (const std::size_t users : options.users) {
            const auto row = run({.scenario = options.scenario,
                                  .transcript = *transcript,
                                  .stream = stream,
                                  .load = {.users = users,
                                           .warm_up = in_milliseconds(options.warm_up),
                                           .window = in_milliseconds(options.seconds),
                                           .turns = options.turns},
                                  .settings = overrides(options)});
            if (!row) return app::report(row.error()), app::kFailed;
            const auto line = to_json(*row);
            std::puts(options.json ? line.c_str() : to_text(*row).c_str());
            std::fflush(stdout);
            if (!options.check) continue;
            if (auto faults = check(line); !faults.empty()) {
                return app::report({Code::internal, "the line is not as agreed", std::move(faults)}), app::kFailed;
            }
        }
    }
    return app::kOk;
}

void add_turn(CLI::App& root, int& exit) {
    auto options = std::make_shared<TurnOptions>();
    auto* command = root.add_subcommand("turn", "Five-node turns over HTTP, each answered once it is on the disk");
    command->add_flag("--json", options->json, "Print one JSON object a line");
    command->add_option("--mode", options->mode, "json, sse or all (default)")->check(CLI::IsMember({"json", "sse", "all"}));
    command->add_option("--c", options->users, "Turns under way at any time (default 1,16,64)")
        ->delimiter(',')
        ->check(CLI::Range(1, 10'000));
    command->add_option("--seconds", options->seconds, "Length of the measured window (default 5)")->check(CLI::Range(0.01, 3'600.0));
    command->add_option("--warm-up", options->warm_up, "Seconds before it (default 1)")->check(CLI::Range(0.0, 3'600.0));
    command->add_option("--turns", options->turns, "End the window with as many turns, if that comes first")->check(CLI::PositiveNumber);
    command->add_option("--scenario", options->scenario, "Whose transcript is spoken (default sales-zh)");
    command->add_option("--scenarios", options->scenarios, "Folder of the scenario packs (default ./scenarios)");
    command->add_option("--set", options->settings, "A setting of the server, KEY=VALUE; may be repeated");
    command->add_flag("--check", options->check, "Exit with 1 when a line lacks a field or has an impossible figure");
    command->footer(
        "The server runs in this process, on a fresh data folder under $TMPDIR; the load driver is a child.\n\n"
        "Examples:\n"
        "  rondo-bench turn\n"
        "  rondo-bench turn --json --mode json --c 64 --seconds 20\n"
        "  rondo-bench turn --c 64 --set server.threads=1");
    command->callback([options, &exit] { exit = turn(*options); });
}

/// What turn_bench.cpp starts its child with.
void add_drive(CLI::App& root, int& exit) {
    struct DriveOptions {
        TurnBench bench;
        std::int64_t warm_up{0}, window{0};
    };
    auto options = std::make_shared<DriveOptions>();
    auto* command = root.add_subcommand("drive", "The load driver")->group("");
    Load& load = options->bench.load;
    command->add_option("--port", load.port)->required();
    command->add_option("--users", load.users)->required();
    command->add_option("--warm-up", options->warm_up)->required();
    command->add_option("--window", options->window)->required();
    command->add_option("--turns", load.turns)->required();
    command->add_option("--scenario", options->bench.scenario)->required();
    command->add_option("--transcript", options->bench.transcript)->required();
    command->add_flag("--stream", options->bench.stream);
    command->callback([options, &exit] {
        options->bench.load.warm_up = milliseconds{options->warm_up};
        options->bench.load.window = milliseconds{options->window};
        const auto driven = run_driver(options->bench);
        if (!driven) app::report(driven.error());
        exit = driven ? app::kOk : app::kFailed;
    });
}
}  // namespace
}  // namespace rondo::bench

int main(int argc, char** argv) {
    using namespace rondo;
    CLI::App root{"rondo-bench: what rondo's speed is, measured", "rondo-bench"};
    root.require_subcommand(1);
    root.footer(
        "Exit codes: 0 done, 1 failed (a single failed turn is enough), 2 wrong usage.\n\n"
        "Examples:\n"
        "  rondo-bench turn\n"
        "  rondo-bench turn --json\n\n"
        "rondo-bench COMMAND --help says more.");
    int exit = app::kOk;
    bench::add_turn(root, exit);
    bench::add_drive(root, exit);
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& error) { return root.exit(error) == 0 ? app::kOk : app::kUsage; } catch (const std::exception& error) {
        std::fprintf(stderr, "rondo-bench: %s\n", error.what());
        return app::kFailed;
    }
    return exit;
}
