#include "commands.hpp"

#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/report.hpp"
#include "overload_bench.hpp"
#include "program.hpp"
#include "soak_bench.hpp"
#include "startup_bench.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace rondo::bench {
Result<std::filesystem::path> find_transcript(const std::string& scenario, const std::string& scenarios) {
    app::Config config;
    config.scenarios = scenarios;
    const auto found = app::find_scenarios(config);
    if (!found) return propagate(found);
    const auto folder = *found / scenario / "transcripts";
    std::vector<std::filesystem::path> files;
    std::error_code ec;
    for (const auto& entry : std::filesystem::directory_iterator{folder, ec}) files.push_back(entry.path());
    if (files.empty()) return fail(Code::not_found, fmt::format("{} holds no transcript", folder.string()));
    return *std::ranges::min_element(files);
}

void add_output(CLI::App& command, Output& output) {
    command.add_flag("--json", output.json, "Print one JSON object a line");
    command.add_flag("--check", output.check, "Exit with 1 when a line lacks a field or has an impossible figure");
}

int print(const char* bench, const Result<std::vector<Figure>>& figures, const Output& output) {
    if (!figures) return app::report(figures.error()), app::kFailed;
    const auto line = to_json(bench, *figures);
    std::fputs(output.json ? (line + "\n").c_str() : to_text(*figures).c_str(), stdout);
    if (!output.check) return app::kOk;
    if (auto faults = check(line, bench, *figures); !faults.empty())
        return app::report({Code::internal, "the line is not as agreed", std::move(faults)}), app::kFailed;
    return app::kOk;
}

namespace {
/// What all benches of the real program are told.
template <class Bench>
struct Options {
    Output output;
    Bench bench{.binary = find_program(), .scenarios = {}, .transcript = {}, .scenario = "sales-zh"};
    std::string scenarios;
};

template <class Bench>
void add_common(CLI::App& command, Options<Bench>& options) {
    add_output(command, options.output);
    command.add_option("--scenario", options.bench.scenario, "Whose transcript is spoken (default sales-zh)");
    command.add_option("--scenarios", options.scenarios, "Folder of the scenario packs (default ./scenarios)");
    command.add_option("--rondo", options.bench.binary, "The program (default: the one beside this)")->check(CLI::ExistingFile);
}

template <class Bench>
int measure(const char* name, Options<Bench>& options) {
    const auto transcript = find_transcript(options.bench.scenario, options.scenarios);
    if (!transcript) return app::report(transcript.error()), app::kUsage;
    options.bench.transcript = *transcript;
    options.bench.scenarios = options.scenarios;
    return print(name, run(options.bench), options.output);
}
}  // namespace

void add_startup(CLI::App& root, int& exit) {
    auto options = std::make_shared<Options<StartupBench>>();
    auto* command = root.add_subcommand("startup", "Time from exec to `listening`, with many sessions and cached models");
    add_common(*command, *options);
    command->add_option("--sessions", options->bench.sessions, "Sessions in the data folder (default 10000)")->check(CLI::PositiveNumber);
    command->add_option("--starts", options->bench.starts, "Starts of each kind; the median counts (default 9)")
        ->check(CLI::Range(1, 1'000));
    command->footer(
        "The data folder is made first, under $TMPDIR.\n\n"
        "Examples:\n"
        "  rondo-bench startup --json\n"
        "  rondo-bench startup --sessions 100000");
    command->callback([options, &exit] { exit = measure("startup", *options); });
}

void add_soak(CLI::App& root, int& exit) {
    auto options = std::make_shared<Options<SoakBench>>();
    auto* command = root.add_subcommand("soak", "Many turns: memory, bytes on disk, how far the tables lag behind");
    add_common(*command, *options);
    SoakBench& bench = options->bench;
    command->add_option("--turns", bench.turns, "Turns (default 100000)")->check(CLI::Range(10, 1'000'000'000));
    command->add_option("--warm-up-turns", bench.warm_up_turns, "Turns before them, while memory grows (default 400000)")
        ->check(CLI::Range(0, 1'000'000'000));
    command->add_option("--c", bench.users, "Turns under way at any time (default 16)")->check(CLI::Range(1, 10'000));
    command->add_option_function<std::vector<std::string>>(
        "--set",
        [options](const std::vector<std::string>& settings) {
            for (const auto& setting : settings) {
                const auto split = std::min(setting.find('='), setting.size());
                options->bench.settings.push_back({setting.substr(0, split), setting.substr(std::min(split + 1, setting.size())), "--set"});
            }
        },
        "A setting of the server, KEY=VALUE; may be repeated");
    command->footer(
        "The server under load runs in this process, on a fresh data folder under $TMPDIR; the load driver is a child.\n\n"
        "Examples:\n"
        "  rondo-bench soak --json\n"
        "  rondo-bench soak --turns 1000000 --c 64");
    command->callback([options, &exit] { exit = measure("soak", *options); });
}

void add_overload(CLI::App& root, int& exit) {
    auto options = std::make_shared<Options<OverloadBench>>();
    auto* command =
        root.add_subcommand("overload", "Five times what the server can do: goodput, refusals, and how soon it is itself again");
    add_common(*command, *options);
    OverloadBench& bench = options->bench;
    command->add_option("--people", bench.people, "Sessions and connections (default 2000)")->check(CLI::Range(1, 10'000));
    command->add_option("--c", bench.speakers, "Turns under way while the peak is looked for (default 64)")->check(CLI::Range(1, 10'000));
    command->add_option("--factor", bench.factor, "Overload, in peaks (default 5)")->check(CLI::Range(1.0, 100.0));
    command->add_option("--normal", bench.normal, "Load before and after, in peaks (default 0.8)")->check(CLI::Range(0.1, 1.0));
    command->add_option_function<double>(
        "--seconds",
        [options](double seconds) {
            options->bench.storm = std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1'000)};
            options->bench.calm = options->bench.storm / 2;
        },
        "Length of the overload; the other parts take half as long (default 10)");
    command->add_option("--set", bench.settings, "A setting of the server, KEY=VALUE; may be repeated");
    command->footer(
        "The server is a process of its own on one core, the driver has the others.\n\n"
        "Examples:\n"
        "  rondo-bench overload --json\n"
        "  rondo-bench overload --seconds 60\n"
        "  rondo-bench overload --set server.admission.enabled=false    # what it is for");
    command->callback([options, &exit] { exit = measure("overload", *options); });
}
}  // namespace rondo::bench
