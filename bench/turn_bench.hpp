#pragma once
#include "app/config.hpp"
#include "base/result.hpp"
#include "driver.hpp"
#include "row.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace rondo::bench {
/// One configuration to measure. The load's port is the server's, whatever it says here.
struct TurnBench {
    std::string scenario;
    std::filesystem::path transcript;
    bool stream{false};
    Load load;
    std::vector<config::Override> settings;  ///< of the server
};

/// Starts a server in this process and the driver in a child, and measures the server while the driver's window is open.
/// Errors: those of the server; any failed turn.
[[nodiscard]] Result<Row> run(const TurnBench& bench);

/// The child's side: drives the load of `bench` and tells the parent about it on standard output.
[[nodiscard]] Status run_driver(const TurnBench& bench);
/// The command line that makes a child do that.
[[nodiscard]] std::vector<std::string> driver_arguments(const TurnBench& bench);
}  // namespace rondo::bench
