#include "row.hpp"

#include "base/json.hpp"
#include "base/json_reader.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <cmath>

namespace rondo::bench {
namespace {
constexpr double kMost = 1e15;
double tenths(double value) { return std::round(value * 10) / 10; }
}  // namespace

std::string to_json(const Row& row) {
    // Written by hand because Boost.JSON prints reals with an exponent.
    return fmt::format(
        R"({{"bench":"turn","mode":"{}","c":{},"durable":{},"turns_per_s":{},"cpu_us_per_turn":{},"ttft_p50_us":{},"ttft_p99_us":{},)"
        R"("commit_groups":{},"fdatasyncs":{},"fdatasync_p50_us":{},"bytes_per_turn":{},"rss_kib":{}}})",
        row.mode, row.c, row.durable, tenths(row.turns_per_s), tenths(row.cpu_us_per_turn), row.ttft_p50_us, row.ttft_p99_us,
        row.commit_groups, row.fdatasyncs, row.fdatasync_p50_us, std::round(row.bytes_per_turn), row.rss_kib);
}

std::string table_head() {
    return fmt::format("{:<5} {:>4} {:>10} {:>12} {:>11} {:>11} {:>8} {:>8} {:>10} {:>11} {:>9}", "mode", "c", "turns/s", "cpu us/turn",
                       "ttft p50 us", "ttft p99 us", "commits", "syncs", "sync p50us", "bytes/turn", "rss KiB");
}

std::string to_text(const Row& row) {
    return fmt::format("{:<5} {:>4} {:>10.1f} {:>12.1f} {:>11} {:>11} {:>8} {:>8} {:>10} {:>11.0f} {:>9}", row.mode, row.c, row.turns_per_s,
                       row.cpu_us_per_turn, row.ttft_p50_us, row.ttft_p99_us, row.commit_groups, row.fdatasyncs, row.fdatasync_p50_us,
                       row.bytes_per_turn, row.rss_kib);
}

std::vector<Fault> check(std::string_view line) {
    const auto parsed = json::parse(line);
    if (!parsed || !parsed->is_object()) return {{"", "not a JSON object"}};
    std::vector<Fault> faults;
    json::ObjectReader in{parsed->as_object(), "", faults};
    std::string bench, mode;
    in.required("bench", bench, 16);
    in.required("mode", mode, 16);
    if (bench != "turn") in.fault("bench", "must be turn");
    if (mode != "json" && mode != "sse") in.fault("mode", "must be json or sse");
    bool durable = false;
    in.optional("durable", durable);
    if (!durable) in.fault("durable", "must be true: the store always waits for the disk");
    for (const char* key : {"c", "ttft_p50_us", "ttft_p99_us", "commit_groups", "fdatasyncs", "rss_kib"}) {
        std::int64_t value = 0;
        in.required(key, value, 1, static_cast<std::int64_t>(kMost));
    }
    std::int64_t sync = 0;  // a disk in memory needs less than a microsecond
    in.required("fdatasync_p50_us", sync, 0, static_cast<std::int64_t>(kMost));
    for (const char* key : {"turns_per_s", "cpu_us_per_turn", "bytes_per_turn"}) {
        double value = -1;
        in.optional(key, value, 0, kMost);
        if (value <= 0) in.fault(key, "must be there and more than 0");
    }
    in.finish();
    return faults;
}
}  // namespace rondo::bench
