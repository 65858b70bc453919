#pragma once
#include "base/result.hpp"
#include "figures.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rondo::bench {
struct StartupBench {
    std::filesystem::path binary, scenarios, transcript;  ///< an empty `scenarios`: where the program looks itself
    std::string scenario;
    std::int64_t sessions{10'000};  ///< > 0
    int starts{9};                  ///< > 0; of each kind
};

/// Prepares a data folder with that many sessions of one turn each and cached models, then starts the real program on it again
/// and again, after an orderly stop and after `kill -9`. Says what it does on standard error.
/// Errors: those of the server and the program; any failed turn.
[[nodiscard]] Result<std::vector<Figure>> run(const StartupBench& bench);
}  // namespace rondo::bench
