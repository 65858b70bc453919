#pragma once
#include "base/result.hpp"
#include "ws_row.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// What the WebSocket costs: the forms of its messages, its connections, its echo, and what it saves on a bad network.
struct WsBench {
    static constexpr std::array<std::string_view, 6> kCases{"size", "decode", "browser", "idle", "echo", "weak"};

    std::filesystem::path binary;
    std::filesystem::path scenarios{};                            ///< empty: where the program looks itself
    std::filesystem::path corpus{"bench/corpora/wire.jsonl"};
    std::filesystem::path browser_script{"bench/browser/decode.mjs"};
    std::vector<std::string> settings{};                          ///< of the server, KEY=VALUE
    std::size_t rounds{9};                                        ///< of decode, browser and echo; medians count
    std::size_t connections{10'000};                              ///< of idle
    std::chrono::milliseconds leg{1'000};                         ///< of each round of echo, each way
    std::size_t links{24};                                        ///< of weak: users, each behind a bad connection of its own
    std::chrono::milliseconds weak_time{60'000};                  ///< for which they talk
    std::chrono::milliseconds pace{40};                           ///< of weak: between two tokens of an answer
    std::size_t cuts{200};                                        ///< of weak: seeded ones, at byte counts
    std::uint64_t seed{1};                                        ///< of weak
};

/// Runs one of the cases. Errors: those of Program, Loopback and ws::Reader; `internal` (a wrong answer).
[[nodiscard]] Status run(const WsBench& bench, std::string_view name, const WsSink& tell);

[[nodiscard]] Status measure_idle(const WsBench& bench, const WsSink& tell);
[[nodiscard]] Status measure_echo(const WsBench& bench, const WsSink& tell);
[[nodiscard]] Status measure_weak(const WsBench& bench, const WsSink& tell);
}  // namespace rondo::bench
