#include "overload_bench.hpp"

#include "cores.hpp"
#include "overload_load.hpp"
#include "program.hpp"
#include "server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace rondo::bench {
namespace {
using namespace std::chrono_literals;

double milliseconds_of(std::chrono::microseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }
double micros_of(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::micro>(time).count(); }

/// One part of the load, and what the server spent on it.
struct Part {
    Outcome outcome;
    double cpu_us{0};
    std::int64_t rss_kib{0};
};

class Stage {
public:
    Stage(const Program& program, OverloadLoad& load) : process_{program.child->process()}, load_{load} {}

    template <class Drive>
    Result<Part> play(const char* name, Drive drive) {
        const auto before = cpu_time(process_);
        auto outcome = drive(load_);
        if (!outcome) return propagate(outcome);
        const auto after = cpu_time(process_);
        Part part{.outcome = std::move(*outcome), .cpu_us = micros_of(after - before), .rss_kib = rss_kib(process_)};
        fmt::print(stderr, "overload: {}: {:.0f} turns/s, {} of {} refused, {} unsent\n", name, part.outcome.completed_per_s(),
                   part.outcome.refused, part.outcome.due, part.outcome.unsent);
        return part;
    }

private:
    pid_t process_;
    OverloadLoad& load_;
};
}  // namespace

Result<std::vector<Figure>> run(const OverloadBench& bench) {
    const auto data = TemporaryFolder::make();
    if (!data) return propagate(data);
    std::vector<std::string> lines;
    std::ifstream file{bench.transcript};
    for (std::string line; std::getline(file, line);) {
        if (!line.empty()) lines.push_back(line);
    }
    if (lines.empty()) return fail(Code::not_found, fmt::format("{} holds no line to say", bench.transcript.string()));

    const auto cores = deal_cores();
    const Pinned here{cores.others};
    auto settings = as_variables(bench.settings);
    settings.insert(settings.begin(), {"RONDO_SERVER__THREADS=1", "RONDO_SERVER__MAX_CONNECTIONS_PER_ADDRESS=20000"});
    auto program = [&] {
        const Pinned alone{cores.server};
        return start_program({.binary = bench.binary,
                              .data = data->path(),
                              .scenarios = bench.scenarios,
                              .environment = clean_environment(settings),
                              .log_level = "error"});
    }();
    if (!program) return propagate(program);
    auto load = OverloadLoad::arrive(program->port, bench.scenario, std::move(lines), bench.people);
    if (!load) return propagate(load);

    Stage stage{*program, **load};
    if (const auto warm = (*load)->closed(bench.speakers, bench.calm / 2); !warm) return propagate(warm);
    const auto peak = stage.play("peak", [&](auto& people) { return people.closed(bench.speakers, bench.calm); });
    if (!peak) return propagate(peak);
    if (const auto settled = (*load)->settle(); !settled) return propagate(settled);
    const double most = peak->outcome.completed_per_s();
    const auto before = stage.play("normal load", [&](auto& people) { return people.open(most * bench.normal, bench.calm); });
    if (!before) return propagate(before);
    const auto storm = stage.play("overload", [&](auto& people) { return people.open(most * bench.factor, bench.storm); });
    if (!storm) return propagate(storm);
    const TimePoint over = Clock::now();
    const auto after = stage.play("normal load again", [&](auto& people) { return people.open(most * bench.normal, bench.calm); });
    if (!after) return propagate(after);
    if (const auto settled = (*load)->settle(); !settled) return propagate(settled);
    if (const auto ended = program->child->end(); !ended) return propagate(ended);

    const auto refused = static_cast<double>(storm->outcome.refused);
    const double cpu_per_turn = peak->cpu_us / static_cast<double>(std::max<std::int64_t>(1, peak->outcome.completed));
    const double cpu_per_refusal = (storm->cpu_us - cpu_per_turn * static_cast<double>(storm->outcome.completed)) / std::max(1.0, refused);
    const bool calm = after->outcome.refused == 0;
    const auto recovery = calm ? Clock::duration::zero() : after->outcome.last_refusal - over;
    return std::vector<Figure>{
        {"peak_turns_per_s", most, 1},
        {"overload_per_s", static_cast<double>(storm->outcome.due) / std::chrono::duration<double>(storm->outcome.time).count(), 1},
        {"goodput_per_s", storm->outcome.completed_per_s(), 1},
        {"goodput_share", storm->outcome.completed_per_s() / most, 3},
        {"refused", refused},
        {"unsent", static_cast<double>(storm->outcome.unsent)},
        {"turn_p99_before_ms", milliseconds_of(before->outcome.turn.quantile(0.99)), 1},
        {"turn_p50_ms", milliseconds_of(storm->outcome.turn.quantile(0.5)), 1},
        {"turn_p99_ms", milliseconds_of(storm->outcome.turn.quantile(0.99)), 1},
        {"turn_p99_after_ms", milliseconds_of(after->outcome.turn.quantile(0.99)), 1},
        {"refusal_p50_ms", milliseconds_of(storm->outcome.refusal.quantile(0.5)), 1},
        {"refusal_cpu_us", std::max(0.0, cpu_per_refusal), 1},
        {"probes", static_cast<double>(storm->outcome.probed)},
        {"probe_p99_ms", milliseconds_of(storm->outcome.probe.quantile(0.99)), 1},
        {"recovery_ms", std::chrono::duration<double, std::milli>(recovery).count()},
        {"refused_before", static_cast<double>(before->outcome.refused)},
        {"refused_after", static_cast<double>(after->outcome.refused)},
        {"rss_before_kib", static_cast<double>(before->rss_kib)},
        {"rss_after_kib", static_cast<double>(std::max(storm->rss_kib, after->rss_kib))}};
}
}  // namespace rondo::bench
