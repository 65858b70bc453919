#pragma once
#include "base/result.hpp"
#include "figures.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace rondo::bench {
/// What a server is worth when five times as much is asked of it as it can do, and how soon it is itself again.
struct OverloadBench {
    std::filesystem::path binary, scenarios;
    std::filesystem::path transcript;
    std::string scenario;
    std::size_t people{2'000};    ///< with a session and a connection each
    std::size_t speakers{64};     ///< at a time, when the peak is looked for
    double normal{0.8};           ///< of the peak: the load before and after
    double factor{5};             ///< of the peak: the overload
    std::chrono::milliseconds calm{5'000}, storm{10'000};
    std::vector<std::string> settings{};  ///< of the server, KEY=VALUE
};

/// The server is a process of its own with one core and one event loop; this process drives it from the other cores. First as many turns as
/// can be had, then the normal load, the overload, the normal load again.
/// Errors: those of the program and of OverloadLoad: any answer but 200 and 503.
[[nodiscard]] Result<std::vector<Figure>> run(const OverloadBench& bench);
}  // namespace rondo::bench
