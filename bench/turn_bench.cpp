#include "turn_bench.hpp"

#include "server.hpp"

namespace rondo::bench {
Result<Row> run(const TurnBench& bench) {
    const auto server = Server::start(bench.settings);
    if (!server) return propagate(server);
    LoadTask task = bench.task;
    task.load.port = (*server)->port();
    auto child = LoadChild::start(task);
    if (!child) return propagate(child);

    using Kind = LoadChild::Event::Kind;
    // The driver gives up sooner, with a better reason.
    constexpr std::chrono::seconds kGrace{40};
    if (const auto begun = child->expect(Kind::begin, task.load.warm_up + kGrace); !begun) return propagate(begun);
    const Usage before = (*server)->usage();
    if (const auto ended = child->expect(Kind::end, task.load.window + kGrace); !ended) return propagate(ended);
    const Usage after = (*server)->usage();
    const auto rss = rss_kib();
    const auto last = child->expect(Kind::result, kGrace);
    if (!last) return propagate(last);

    const LoadResult& result = last->result;
    const auto turns = static_cast<double>(result.turns);
    return Row{.mode = task.stream ? "sse" : "json",
               .c = static_cast<std::int64_t>(task.load.users),
               .durable = true,
               .turns_per_s = turns / std::chrono::duration<double>(result.window).count(),
               .cpu_us_per_turn = static_cast<double>((after.cpu - before.cpu).count()) / turns,
               .ttft_p50_us = result.ttft_p50.count(),
               .ttft_p99_us = result.ttft_p99.count(),
               .commit_groups = after.store.groups - before.store.groups,
               .fdatasyncs = after.store.fdatasyncs - before.store.fdatasyncs,
               .fdatasync_p50_us = after.store.fdatasync_p50_us,
               .bytes_per_turn = static_cast<double>(after.store.bytes_written - before.store.bytes_written) / turns,
               .rss_kib = rss};
}
}  // namespace rondo::bench
