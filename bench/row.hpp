#pragma once
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// One configuration measured: the line `rondo-bench turn --json` prints of it. Counts are those of the window.
struct Row {
    std::string mode;              ///< "json" or "sse"
    std::int64_t c;                ///< turns under way at any time
    bool durable;                  ///< each turn waited for the disk
    double turns_per_s;
    double cpu_us_per_turn;        ///< of the server's process: user and system, all threads
    std::int64_t ttft_p50_us, ttft_p99_us;
    std::int64_t commit_groups, fdatasyncs;
    std::int64_t fdatasync_p50_us; ///< of the last 512 syncs
    double bytes_per_turn;         ///< handed to the disk: write-ahead log, tables, checkpoints
    std::int64_t rss_kib;          ///< of the server's process at the end of the window
};

[[nodiscard]] std::string to_json(const Row& row);
/// The line of a table, in the columns of table_head().
[[nodiscard]] std::string to_text(const Row& row);
[[nodiscard]] std::string table_head();

/// What is wrong with a line as programs read it: not exactly the agreed fields, or figures that cannot be. Empty: nothing.
[[nodiscard]] std::vector<Fault> check(std::string_view line);
}  // namespace rondo::bench
