#pragma once
#include "base/config/loader.hpp"
#include "base/result.hpp"
#include "figures.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rondo::bench {
struct SoakBench {
    std::filesystem::path binary, scenarios, transcript;  ///< an empty `scenarios`: where the program looks itself
    std::string scenario;
    std::int64_t turns{100'000};         ///< > 0; over these memory is looked at
    std::int64_t warm_up_turns{400'000}; ///< before them: sessions in memory reach their bound, the allocator comes to rest
    std::size_t users{16};
    std::vector<config::Override> settings{};  ///< of the server under load
};

/// First the real program, idle, on a fresh data folder: its memory. Then a server in this process on the same folder under
/// load: memory in use every thousandth of the turns, the projections' lag every millisecond, and what all turns left on disk.
/// Says how far it is on standard error. Errors: those of the server and the program; any failed turn.
[[nodiscard]] Result<std::vector<Figure>> run(const SoakBench& bench);
}  // namespace rondo::bench
