#pragma once
#include "base/config/loader.hpp"
#include "base/result.hpp"
#include "load_child.hpp"
#include "row.hpp"

#include <vector>

namespace rondo::bench {
/// One configuration to measure. The load's port is the server's, whatever it says here.
struct TurnBench {
    LoadTask task;
    std::vector<config::Override> settings;  ///< of the server
};

/// Starts a server in this process and the driver in a child, and measures the server while the driver's window is open.
/// Errors: those of the server; any failed turn.
[[nodiscard]] Result<Row> run(const TurnBench& bench);
}  // namespace rondo::bench
