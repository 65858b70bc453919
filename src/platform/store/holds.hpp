#pragma once
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace rondo::store {
/// Which applied journal rows may go. A row goes once every projection has it, unless its stream is held from that row on:
/// a running turn needs its rows when the process dies. Thread-safe.
class Holds {
public:
    struct Applied {
        std::int64_t seq;
        std::int64_t stream;
    };
    struct Range {
        std::int64_t first, last;
    };  ///< both included

    /// Rows of `stream` from `first_seq` on stay until release(). A second hold replaces the first.
    void hold(std::int64_t stream, std::int64_t first_seq);
    void release(std::int64_t stream);

    /// These rows, in order, are applied. Returns what may be deleted now, as ranges without a held row inside.
    [[nodiscard]] std::vector<Range> applied(const std::vector<Applied>& rows);
    [[nodiscard]] bool anything_released() const;

private:
    struct Held {
        std::int64_t first_seq;
        std::vector<std::int64_t> kept;
    };

    mutable std::mutex mutex_;
    std::unordered_map<std::int64_t, Held> held_;
    std::vector<std::int64_t> free_;  // applied rows whose stream was let go
};
}  // namespace rondo::store
