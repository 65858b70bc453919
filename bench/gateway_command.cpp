#include "app/commands.hpp"
#include "app/report.hpp"
#include "commands.hpp"
#include "gateway_bench.hpp"
#include "program.hpp"
#include "server.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace rondo::bench {
namespace {
struct GatewayOptions {
    bool table{false}, check{false};
    double seconds{1};
    std::vector<std::string> cases;
    GatewayBench bench{.binary = find_program(), .scenarios = {}, .data = {}};
};

int measure(GatewayOptions& options) {
    options.bench.leg = std::chrono::milliseconds{static_cast<std::int64_t>(options.seconds * 1'000)};
    const auto data = TemporaryFolder::make();
    if (!data) return app::report(data.error()), app::kFailed;
    options.bench.data = data->path();
    std::vector<GatewayRow> rows;
    std::vector<Fault> faults;
    const RowSink tell = [&](const GatewayRow& row) -> Status {
        const auto line = to_json(row);
        std::puts(options.table ? to_text(row).c_str() : line.c_str());
        std::fflush(stdout);
        rows.push_back(row);
        if (options.check) faults = check_gateway(line);
        if (faults.empty()) return {};
        return fail({Code::internal, "the line is not as agreed", std::move(faults)});
    };
    if (options.table) {
        std::array<double, 1> load{};
        static_cast<void>(getloadavg(load.data(), 1));
        fmt::print("{} rounds of {} s each way; load average before: {:.2f}\n\n{}\n", options.bench.rounds, options.seconds, load[0],
                   gateway_head());
        std::fflush(stdout);
    }
    for (const std::string& name : options.cases) {
        if (auto measured = run(options.bench, name, tell); !measured) {
            measured.error().message = fmt::format("{}: {}", name, measured.error().message);
            return app::report(measured.error()), app::kFailed;
        }
    }
    if (options.table) fmt::print("\n{}", targets_text(rows));
    return app::kOk;
}
}  // namespace

void add_gateway(CLI::App& root, int& exit) {
    auto options = std::make_shared<GatewayOptions>();
    GatewayBench& bench = options->bench;
    options->cases.assign(GatewayBench::kCases.begin(), GatewayBench::kCases.end());
    auto* command = root.add_subcommand("gateway", "What /v1 adds to a provider, asked through rondo and directly in turn");
    command->add_flag("--table", options->table, "Print a table and the targets (default: one JSON object a line)");
    command->add_flag("--check", options->check, "Exit with 1 when a line lacks a field or has an impossible figure");
    command->add_option("--case", options->cases, "json, sse, paced, bad_key, head_of_line, soak (default: all)")
        ->delimiter(',')
        ->check(CLI::IsMember(options->cases));
    command->add_option("--rounds", bench.rounds, "Rounds of a configuration; medians count (default 7)")->check(CLI::Range(1, 1'000));
    command->add_option("--seconds", options->seconds, "Of each round, each way (default 1)")->check(CLI::Range(0.01, 3'600.0));
    command->add_option("--c", bench.callers, "Requests under way at any time (default: those of each case)")
        ->delimiter(',')
        ->check(CLI::Range(1, 4'000));
    command->add_option("--streams", bench.streams, "The most streams of paced (default 4000)")->check(CLI::Range(1, 4'000));
    command->add_option("--soak-requests", bench.soak_requests, "Requests of soak (default 1000000)")->check(CLI::Range(10, 1'000'000'000));
    command->add_option("--set", bench.settings, "Settings of the server, KEY=VALUE (default: server.busy_poll_us=50)");
    command->add_option("--scenarios", bench.scenarios, "Folder of the scenario packs (default ./scenarios)");
    command->add_option("--rondo", bench.binary, "The program (default: the one beside this)")->check(CLI::ExistingFile);
    command->footer(
        "Starts `rondo mock-provider` and, alone on the first core, `rondo serve` with everything on; the data folder is made under "
        "$TMPDIR.\n"
        "`binds` tells who had no time left: it should be the server.\n\n"
        "Examples:\n"
        "  rondo-bench gateway --table\n"
        "  rondo-bench gateway --case json,sse --rounds 9 --seconds 3\n"
        "  rondo-bench gateway --case json --c 64");
    command->callback([options, &exit] { exit = measure(*options); });
}
}  // namespace rondo::bench
