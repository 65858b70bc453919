#include "app/commands.hpp"
#include "app/report.hpp"
#include "beast_echo.hpp"
#include "commands.hpp"
#include "program.hpp"
#include "wire_corpus.hpp"
#include "ws_bench.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace rondo::bench {
namespace {
struct WsOptions {
    Output output;
    double seconds{1}, weak_seconds{60};
    std::int64_t pace_ms{40};
    std::vector<std::string> cases;
    std::string corpus_to_write;
    WsBench bench{.binary = find_program()};
};

std::chrono::milliseconds in_milliseconds(double seconds) { return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1'000)}; }

int write_corpus(const std::string& path) {
    std::ofstream file{path, std::ios::binary};
    file << write_wire_corpus(make_wire_corpus());
    file.close();
    if (file) return app::kOk;
    return app::report({Code::unavailable, fmt::format("cannot write {}", path)}), app::kFailed;
}

int measure(WsOptions& options) {
    if (!options.corpus_to_write.empty()) return write_corpus(options.corpus_to_write);
    options.bench.leg = in_milliseconds(options.seconds);
    options.bench.weak_time = in_milliseconds(options.weak_seconds);
    options.bench.pace = std::chrono::milliseconds{options.pace_ms};
    std::vector<WsRow> rows;
    const WsSink tell = [&](const WsRow& row) -> Status {
        const auto line = to_json(row);
        std::puts(options.output.json ? line.c_str() : to_text(row).c_str());
        std::fflush(stdout);
        rows.push_back(row);
        if (!options.output.check) return {};
        auto faults = check_ws(line);
        if (faults.empty()) return {};
        return fail({Code::internal, "the line is not as agreed", std::move(faults)});
    };
    for (const std::string& name : options.cases) {
        if (auto measured = run(options.bench, name, tell); !measured) {
            measured.error().message = fmt::format("{}: {}", name, measured.error().message);
            return app::report(measured.error()), app::kFailed;
        }
    }
    if (!options.output.json) fmt::print("\n{}", ws_targets_text(rows));
    return app::kOk;
}
}  // namespace

void add_ws(CLI::App& root, int& exit) {
    auto options = std::make_shared<WsOptions>();
    WsBench& bench = options->bench;
    options->cases.assign(WsBench::kCases.begin(), WsBench::kCases.end());
    auto* command = root.add_subcommand("ws", "The WebSocket: sizes, decoding, idle connections, echo, a weak network");
    add_output(*command, options->output);
    command->add_option("--case", options->cases, "size, decode, browser, idle, echo, weak (default: all)")
        ->delimiter(',')
        ->check(CLI::IsMember(options->cases));
    command->add_option("--rounds", bench.rounds, "Rounds of decode, browser and echo; medians count (default 9)")
        ->check(CLI::Range(1, 1'000));
    command->add_option("--seconds", options->seconds, "Of each round of echo, each way (default 1)")->check(CLI::Range(0.01, 3'600.0));
    command->add_option("--connections", bench.connections, "Of idle (default 10000)")->check(CLI::Range(1, 1'000'000));
    command->add_option("--links", bench.links, "Of weak: users, each behind a bad connection (default 24)")->check(CLI::Range(1, 1'000));
    command->add_option("--weak-seconds", options->weak_seconds, "For which they talk (default 60)")->check(CLI::Range(0.1, 3'600.0));
    command->add_option("--pace-ms", options->pace_ms, "Of weak: between two tokens of an answer (default 40)")
        ->check(CLI::Range(1, 1'000));
    command->add_option("--cuts", bench.cuts, "Of weak: cuts at seeded bytes (default 200)")->check(CLI::Range(1, 1'000'000));
    command->add_option("--seed", bench.seed, "Of weak: what breaks when (default 1)");
    command->add_option("--corpus", bench.corpus, "The messages (default bench/corpora/wire.jsonl)");
    command->add_option("--browser-script", bench.browser_script, "Of browser (default bench/browser/decode.mjs)");
    command->add_option("--write-corpus", options->corpus_to_write, "Make the corpus anew and write it there; nothing is measured");
    command->add_option("--set", bench.settings, "Settings of the server, KEY=VALUE");
    command->add_option("--scenarios", bench.scenarios, "Folder of the scenario packs (default ./scenarios)");
    command->add_option("--rondo", bench.binary, "The program (default: the one beside this)")->check(CLI::ExistingFile);
    command->footer(
        "idle, echo and weak start `rondo serve --test-routes`, one event loop, on a data folder under $TMPDIR; echo also an echo server "
        "of Boost.Beast. In idle and echo the load comes from this process.\n"
        "browser needs Node, Chromium and `npm ci` in web/ and tests/e2e/.\n\n"
        "Examples:\n"
        "  rondo-bench ws\n"
        "  rondo-bench ws --json --case size,decode\n"
        "  rondo-bench ws --case echo --rounds 15 --seconds 2");
    command->callback([options, &exit] { exit = measure(*options); });

    auto* beast = root.add_subcommand("beast-echo", "What ws --case echo compares with")->group("");
    beast->callback([&exit] {
        const auto served = run_beast_echo();
        if (!served) app::report(served.error());
        exit = served ? app::kOk : app::kFailed;
    });
}
}  // namespace rondo::bench
