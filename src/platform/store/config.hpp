#pragma once
#include "base/describe.hpp"

#include <chrono>
#include <cstdint>

namespace rondo::store {
/// The store's settings; the defaults suit one machine.
struct Config {
    std::chrono::milliseconds projection_interval{50};
    std::int64_t projection_rows{512};
    std::int64_t group_batches{1'024};
    std::int64_t group_bytes{4 << 20};
    std::int64_t queue_bytes{64 << 20};
    std::int64_t readers{2};
    std::int64_t read_queue{1'024};
    std::int64_t read_rows{100'000};
    std::int64_t checkpoint_pages{2'000};
    std::chrono::milliseconds checkpoint_idle{1'000};
    std::chrono::milliseconds check_budget{50};
};

template <class Visitor>
void describe(Visitor& v, Config& c) {
    using namespace std::chrono_literals;
    v.field("projection_interval_ms", c.projection_interval, Reload::restart, "Longest time a committed row waits for its projections.",
            in(1ms, 10s));
    v.field("projection_rows", c.projection_rows, Reload::restart, "Journal rows applied in one batch; four times as many when far behind.",
            in(1, 100'000));
    v.field("group_batches", c.group_batches, Reload::restart, "Most batches in one commit.", in(1, 100'000));
    v.field("group_bytes", c.group_bytes, Reload::restart, "Most bytes in one commit; a larger batch goes alone.", in(4'096, 1 << 30));
    v.field("queue_bytes", c.queue_bytes, Reload::restart, "Bytes that may wait for the writer; beyond, writes are refused.",
            in(65'536, 1 << 30));
    v.field("readers", c.readers, Reload::restart, "Reader threads.", in(1, 64));
    v.field("read_queue", c.read_queue, Reload::restart, "Reads that may wait for a reader; beyond, reads are refused.", in(1, 1'000'000));
    v.field("read_rows", c.read_rows, Reload::restart, "Most rows one query may return.", in(1, 10'000'000));
    v.field("checkpoint_pages", c.checkpoint_pages, Reload::restart, "Pages (4 KiB) in the write-ahead log that start a checkpoint.",
            in(10, 1'000'000));
    v.field("checkpoint_idle_ms", c.checkpoint_idle, Reload::restart, "Quiet time after which the write-ahead log is emptied.",
            in(1ms, 1h));
    v.field("check_budget_ms", c.check_budget, Reload::restart, "Time for checking the file after a crash; 0: no check.", in(0ms, 1h));
}
}  // namespace rondo::store
