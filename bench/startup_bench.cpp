#include "startup_bench.hpp"

#include "load_child.hpp"
#include "program.hpp"
#include "server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace rondo::bench {
namespace {
using std::chrono::milliseconds;

constexpr std::chrono::hours kPatience{1};
constexpr std::size_t kUsers = 16;

Status prepare(const StartupBench& bench, const std::filesystem::path& data) {
    std::vector<config::Override> settings;
    if (!bench.scenarios.empty()) settings.push_back({"scenarios", bench.scenarios.string(), "the bench"});
    const auto server = Server::start_on(data, std::move(settings));
    if (!server) return propagate(server);
    const auto users = std::min<std::int64_t>(kUsers, bench.sessions);
    // Users who say one thing and begin anew. Those whose turn is under way when there are enough finish it.
    auto child = LoadChild::start({.scenario = bench.scenario,
                                   .transcript = bench.transcript,
                                   .session_turns = 1,
                                   .load = {.port = (*server)->port(),
                                            .users = static_cast<std::size_t>(users),
                                            .warm_up = milliseconds{0},
                                            .window = kPatience,
                                            .turns = bench.sessions - users + 1}});
    if (!child) return propagate(child);
    using Kind = LoadChild::Event::Kind;
    for (const Kind kind : {Kind::begin, Kind::end, Kind::result}) {
        if (const auto event = child->expect(kind, kPatience); !event) return propagate(event);
    }
    return {};
}

struct Starts {
    std::vector<double> ready_ms;  // in ascending order
    std::vector<double> rss_kib;

    [[nodiscard]] double median() const { return ready_ms[ready_ms.size() / 2]; }
};

/// Starts it `count` times and ends it by `signal`; the first start only sees to it that the last end was of this kind, too.
Result<Starts> measure(const ProgramOptions& options, int count, int signal) {
    Starts starts;
    for (int i = 0; i <= count; ++i) {
        auto program = start_program(options);
        if (!program) return propagate(program);
        const auto rss = rss_kib(program->child->process());
        if (const auto ended = program->child->end(signal); !ended) return propagate(ended);
        if (i == 0) continue;
        starts.ready_ms.push_back(std::chrono::duration<double, std::milli>(program->ready).count());
        starts.rss_kib.push_back(static_cast<double>(rss));
    }
    std::ranges::sort(starts.ready_ms);
    std::ranges::sort(starts.rss_kib);
    return starts;
}
}  // namespace

Result<std::vector<Figure>> run(const StartupBench& bench) {
    const auto data = TemporaryFolder::make();
    if (!data) return propagate(data);
    fmt::print(stderr, "startup: preparing {} sessions\n", bench.sessions);
    if (const auto prepared = prepare(bench, data->path()); !prepared) return propagate(prepared);

    const ProgramOptions options{.binary = bench.binary, .data = data->path(), .scenarios = bench.scenarios};
    fmt::print(stderr, "startup: {} starts after an orderly stop, {} after kill -9\n", bench.starts, bench.starts);
    const auto orderly = measure(options, bench.starts, SIGTERM);
    if (!orderly) return propagate(orderly);
    const auto killed = measure(options, bench.starts, SIGKILL);
    if (!killed) return propagate(killed);
    std::error_code ec;
    const auto stored = static_cast<double>(std::filesystem::file_size(data->path() / "rondo.db", ec));
    return std::vector<Figure>{{"sessions", static_cast<double>(bench.sessions)},
                               {"starts", static_cast<double>(bench.starts)},
                               {"ready_ms", orderly->median(), 1},
                               {"ready_max_ms", orderly->ready_ms.back(), 1},
                               {"ready_after_kill_ms", killed->median(), 1},
                               {"rss_kib", orderly->rss_kib[orderly->rss_kib.size() / 2]},
                               {"data_bytes", stored}};
}
}  // namespace rondo::bench
