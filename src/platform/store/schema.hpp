#pragma once
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace rondo::store {
class Connection;

/// One forward step of the owner's tables. Versions are 1, 2, 3, ...; a step, once released, never changes.
struct Migration {
    int version;
    const char* sql;
};

/// Where the last process stopped and this one begins.
struct Opened {
    std::int64_t generation{0};  ///< +1 at each open, committed before it is returned
    std::int64_t last_seq{0};
    std::int64_t projected_seq{0};
};

/// After a crash, looks at the file for `check_budget` at most; then brings the tables up to date and counts the generation,
/// in one commit.
/// Errors: `data_loss` (damaged), `failed_precondition` (another program's file, or a newer rondo's), those of the disk.
[[nodiscard]] Result<Opened> open_schema(Connection& connection, const std::vector<Migration>& migrations,
                                         std::chrono::milliseconds check_budget);

/// Notes that everything is projected and synced, so that the next open may skip the check.
[[nodiscard]] Status mark_clean(Connection& connection);
}  // namespace rondo::store
