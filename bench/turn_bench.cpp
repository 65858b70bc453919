#include "turn_bench.hpp"

#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "child.hpp"
#include "server.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <fstream>

namespace rondo::bench {
namespace {
// What the child says, a line each.
constexpr const char* kBegin = "begin";
constexpr const char* kEnd = "end";

Result<Script> read_script(const TurnBench& bench) {
    Script script{.scenario = bench.scenario, .lines = {}, .stream = bench.stream};
    std::ifstream file{bench.transcript};
    for (std::string line; std::getline(file, line);) {
        if (!line.empty()) script.lines.push_back(line);
    }
    if (script.lines.empty()) return fail(Code::not_found, fmt::format("{} holds no line to say", bench.transcript.string()));
    return script;
}

void tell(const std::string& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
}

std::string to_line(const LoadResult& result) {
    return boost::json::serialize(boost::json::object{{"turns", result.turns},
                                                      {"window_us", result.window.count()},
                                                      {"ttft_p50_us", result.ttft_p50.count()},
                                                      {"ttft_p99_us", result.ttft_p99.count()}});
}

Result<LoadResult> parse_result(const std::string& line) {
    const auto parsed = json::parse(line);
    if (!parsed || !parsed->is_object()) return fail(Code::internal, "the load driver's result cannot be read");
    std::vector<Fault> faults;
    json::ObjectReader in{parsed->as_object(), "", faults};
    constexpr std::int64_t kMost = std::int64_t{1} << 50;
    std::int64_t turns = 0, window = 0, p50 = 0, p99 = 0;
    in.required("turns", turns, 1, kMost);
    in.required("window_us", window, 1, kMost);
    in.required("ttft_p50_us", p50, 0, kMost);
    in.required("ttft_p99_us", p99, 0, kMost);
    in.finish();
    if (!faults.empty()) return fail(json::invalid(std::move(faults), "no turn ended in the window; measure longer"));
    using std::chrono::microseconds;
    return LoadResult{.turns = turns, .window = microseconds{window}, .ttft_p50 = microseconds{p50}, .ttft_p99 = microseconds{p99}};
}

/// The child's next line, which must be `word`.
Status expect(Child& child, const char* word, TimePoint deadline) {
    const auto line = child.line(deadline);
    if (!line) return propagate(line);
    if (*line != word) return fail(Code::internal, fmt::format("the load driver said something else than {}", word));
    return {};
}
}  // namespace

Result<Row> run(const TurnBench& bench) {
    const auto server = Server::start(bench.settings);
    if (!server) return propagate(server);
    TurnBench driven = bench;
    driven.load.port = (*server)->port();
    const auto child = Child::start(driver_arguments(driven));
    if (!child) return propagate(child);

    // The driver gives up sooner, with a better reason.
    constexpr std::chrono::seconds kGrace{40};
    if (const auto begun = expect(**child, kBegin, Clock::now() + bench.load.warm_up + kGrace); !begun) return propagate(begun);
    const Usage before = (*server)->usage();
    if (const auto ended = expect(**child, kEnd, Clock::now() + bench.load.window + kGrace); !ended) return propagate(ended);
    const Usage after = (*server)->usage();
    const auto rss = rss_kib();
    const auto line = (*child)->line(Clock::now() + kGrace);
    if (!line) return propagate(line);
    const auto result = parse_result(*line);
    if (!result) return propagate(result);

    const auto turns = static_cast<double>(result->turns);
    return Row{.mode = bench.stream ? "sse" : "json",
               .c = static_cast<std::int64_t>(bench.load.users),
               .durable = true,
               .turns_per_s = turns / std::chrono::duration<double>(result->window).count(),
               .cpu_us_per_turn = static_cast<double>((after.cpu - before.cpu).count()) / turns,
               .ttft_p50_us = result->ttft_p50.count(),
               .ttft_p99_us = result->ttft_p99.count(),
               .commit_groups = after.store.groups - before.store.groups,
               .fdatasyncs = after.store.fdatasyncs - before.store.fdatasyncs,
               .fdatasync_p50_us = after.store.fdatasync_p50_us,
               .bytes_per_turn = static_cast<double>(after.store.bytes_written - before.store.bytes_written) / turns,
               .rss_kib = rss};
}

Status run_driver(const TurnBench& bench) {
    const auto script = read_script(bench);
    if (!script) return propagate(script);
    const auto result = drive(*script, bench.load, [] { tell(kBegin); }, [] { tell(kEnd); });
    if (!result) return propagate(result);
    tell(to_line(*result));
    return {};
}

std::vector<std::string> driver_arguments(const TurnBench& bench) {
    const Load& load = bench.load;
    std::vector<std::string> arguments{"drive",
                                       "--port",
                                       fmt::to_string(load.port),
                                       "--users",
                                       fmt::to_string(load.users),
                                       "--warm-up",
                                       fmt::to_string(load.warm_up.count()),
                                       "--window",
                                       fmt::to_string(load.window.count()),
                                       "--turns",
                                       fmt::to_string(load.turns),
                                       "--scenario",
                                       bench.scenario,
                                       "--transcript",
                                       bench.transcript.string()};
    if (bench.stream) arguments.emplace_back("--stream");
    return arguments;
}
}  // namespace rondo::bench
