#include "soak_bench.hpp"

#include "allocator.hpp"
#include "load_child.hpp"
#include "program.hpp"
#include "server.hpp"
#include "trend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace rondo::bench {
namespace {
using namespace std::chrono_literals;
using Event = LoadChild::Event;

constexpr auto kPatience = 60s;  // the driver gives up sooner, with a better reason

/// Memory of the program when it has nothing to do: the second start, whose models are cached, once all threads are asleep.
Result<std::int64_t> idle_rss(const ProgramOptions& options) {
    std::int64_t rss = 0;
    for (int start = 0; start < 2; ++start) {
        auto program = start_program(options);
        if (!program) return propagate(program);
        if (start > 0) {
            static_cast<void>(program->child->line(Clock::now() + 1s));  // says nothing more; only time passes
            rss = rss_kib(program->child->process());
        }
        if (const auto ended = program->child->end(); !ended) return propagate(ended);
    }
    return rss;
}

std::int64_t stored_bytes(const std::filesystem::path& data) {
    std::error_code ec;
    const auto size = std::filesystem::file_size(data / "rondo.db", ec);
    return ec ? 0 : static_cast<std::int64_t>(size);
}

struct Observed {
    LoadResult load;
    std::vector<Point> memory;  // turns, KiB
    LagProbe lag;
};

/// Follows the load to its end, looking at the store once a millisecond.
Result<Observed> follow(LoadChild& child, const Server& server, const SoakBench& bench) {
    Observed seen;
    TimePoint heard = Clock::now();
    const std::int64_t all = bench.warm_up_turns + bench.turns;
    std::int64_t shown = 0;
    for (bool going = true;;) {
        const auto event = child.next(1ms);
        if (!event) return propagate(event);
        const TimePoint now = Clock::now();
        if (going) {  // afterwards the file is at rest, and so would be the lag
            const auto store = server.database().stats();
            seen.lag.look(now, store.last_seq, store.projected_seq);
        }
        if (!*event) {
            if (now - heard > kPatience) return fail(Code::deadline_exceeded, "the load driver has said nothing for too long");
            continue;
        }
        heard = now;
        if ((*event)->kind == Event::Kind::end) going = false;
        if ((*event)->kind == Event::Kind::turns) {
            const auto turns = (*event)->turns;
            release_unused_pages();
            seen.memory.push_back({static_cast<double>(turns), static_cast<double>(rss_kib())});
            if (turns * 10 / all > shown) {
                shown = turns * 10 / all;
                fmt::print(stderr, "soak: {} of {} turns, {:.0f} KiB\n", turns, all, seen.memory.back().y);
            }
        }
        if ((*event)->kind == Event::Kind::result) {
            seen.load = (*event)->result;
            return seen;
        }
    }
}

double milliseconds(std::chrono::microseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }
}  // namespace

Result<std::vector<Figure>> run(const SoakBench& bench) {
    const auto data = TemporaryFolder::make();
    if (!data) return propagate(data);
    const auto idle = idle_rss({.binary = bench.binary, .data = data->path(), .scenarios = bench.scenarios});
    if (!idle) return propagate(idle);
    const auto stored_before = stored_bytes(data->path());

    auto settings = bench.settings;
    if (!bench.scenarios.empty()) settings.push_back({"scenarios", bench.scenarios.string(), "the bench"});
    auto server = Server::start_on(data->path(), std::move(settings));
    if (!server) return propagate(server);
    auto child = LoadChild::start({.scenario = bench.scenario,
                                   .transcript = bench.transcript,
                                   .weigh = true,
                                   .load = {.port = (*server)->port(),
                                            .users = bench.users,
                                            .warm_up = 0ms,
                                            .window = 24h,
                                            .turns = bench.warm_up_turns + bench.turns,
                                            .report_every = std::max<std::int64_t>(1, bench.turns / 1'000)}});
    if (!child) return propagate(child);
    const auto seen = follow(*child, **server, bench);
    if (!seen) return propagate(seen);
    server->reset();  // everything projected, the write-ahead log emptied

    const auto turns = static_cast<double>(seen->load.turns);
    const auto warm_up = static_cast<double>(bench.warm_up_turns);
    std::vector<Point> warm;
    std::ranges::copy_if(seen->memory, std::back_inserter(warm), [&](const Point& point) { return point.x >= warm_up; });
    const double text = static_cast<double>(seen->load.text_bytes) / turns;
    const double stored = static_cast<double>(stored_bytes(data->path()) - stored_before) / turns;
    return std::vector<Figure>{{"turns", turns - warm_up},
                               {"warm_up_turns", warm_up},
                               {"c", static_cast<double>(bench.users)},
                               {"turns_per_s", turns / std::chrono::duration<double>(seen->load.window).count(), 1},
                               {"rss_idle_kib", static_cast<double>(*idle)},
                               {"rss_warm_kib", warm.empty() ? 0 : warm.front().y},
                               {"rss_end_kib", warm.empty() ? 0 : warm.back().y},
                               {"rss_slope_bytes_per_1000_turns", slope(warm) * 1024 * 1000},
                               {"text_bytes_per_turn", text},
                               {"stored_bytes_per_turn", stored},
                               {"stored_beyond_text_bytes", stored - text},
                               {"projection_lag_p50_ms", milliseconds(seen->lag.lags().quantile(0.5)), 1},
                               {"projection_lag_p99_ms", milliseconds(seen->lag.lags().quantile(0.99)), 1}};
}
}  // namespace rondo::bench
