#include "app/commands.hpp"
#include "app/report.hpp"
#include "commands.hpp"
#include "turn_bench.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace rondo::bench {
namespace {
using std::chrono::milliseconds;

struct TurnOptions {
    Output output;
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

int turn(const TurnOptions& options) {
    const auto transcript = find_transcript(options.scenario, options.scenarios);
    if (!transcript) return app::report(transcript.error()), app::kUsage;
    if (!options.output.json) std::puts(table_head().c_str());
    for (const bool stream : {false, true}) {
        if (options.mode == (stream ? "json" : "sse")) continue;
        for (const std::size_t users : options.users) {
            const auto row = run({.task = {.scenario = options.scenario,
                                           .transcript = *transcript,
                                           .stream = stream,
                                           .load = {.users = users,
                                                    .warm_up = in_milliseconds(options.warm_up),
                                                    .window = in_milliseconds(options.seconds),
                                                    .turns = options.turns}},
                                  .settings = overrides(options)});
            if (!row) return app::report(row.error()), app::kFailed;
            const auto line = to_json(*row);
            std::puts(options.output.json ? line.c_str() : to_text(*row).c_str());
            std::fflush(stdout);
            if (!options.output.check) continue;
            if (auto faults = check(line); !faults.empty()) {
                return app::report({Code::internal, "the line is not as agreed", std::move(faults)}), app::kFailed;
            }
        }
    }
    return app::kOk;
}

}  // namespace

void add_turn(CLI::App& root, int& exit) {
    auto options = std::make_shared<TurnOptions>();
    auto* command = root.add_subcommand("turn", "Five-node turns over HTTP, each answered once it is on the disk");
    add_output(*command, options->output);
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
    command->footer(
        "The server runs in this process, on a fresh data folder under $TMPDIR; the load driver is a child.\n\n"
        "Examples:\n"
        "  rondo-bench turn\n"
        "  rondo-bench turn --json --mode json --c 64 --seconds 20\n"
        "  rondo-bench turn --c 64 --set server.threads=1");
    command->callback([options, &exit] { exit = turn(*options); });
}

void add_drive(CLI::App& root, int& exit) {
    struct DriveOptions {
        LoadTask task;
        std::int64_t warm_up{0}, window{0};
    };
    auto options = std::make_shared<DriveOptions>();
    auto* command = root.add_subcommand("drive", "The load driver")->group("");
    LoadTask& task = options->task;
    command->add_option("--port", task.load.port)->required();
    command->add_option("--users", task.load.users)->required();
    command->add_option("--warm-up", options->warm_up)->required();
    command->add_option("--window", options->window)->required();
    command->add_option("--turns", task.load.turns)->required();
    command->add_option("--report-every", task.load.report_every)->required();
    command->add_option("--session-turns", task.session_turns)->required();
    command->add_option("--scenario", task.scenario)->required();
    command->add_option("--transcript", task.transcript)->required();
    command->add_flag("--stream", task.stream);
    command->add_flag("--weigh", task.weigh);
    command->callback([options, &exit] {
        options->task.load.warm_up = milliseconds{options->warm_up};
        options->task.load.window = milliseconds{options->window};
        const auto driven = run_driver(options->task);
        if (!driven) app::report(driven.error());
        exit = driven ? app::kOk : app::kFailed;
    });
}
}  // namespace rondo::bench
