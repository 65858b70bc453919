#pragma once
#include "base/result.hpp"
#include "gateway_row.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// What the model gateway adds to a provider: the real program in front of `rondo mock-provider`, asked through it and directly in
/// rounds that alternate. A row's figures are medians over the rounds.
struct GatewayBench {
    static constexpr std::array<std::string_view, 6> kCases{"json", "sse", "paced", "bad_key", "head_of_line", "soak"};

    std::filesystem::path binary, scenarios;
    std::filesystem::path data;              ///< of the server; the cases share it, and with it the trained models
    int rounds{7};
    std::chrono::milliseconds leg{1'000};    ///< of each round, directly and through rondo
    std::vector<std::size_t> callers{};      ///< instead of those of each case, when not empty
    std::size_t streams{4'000};              ///< the most of `paced`
    std::vector<std::string> settings{"server.busy_poll_us=50"};  ///< of the server, which has a core for itself; KEY=VALUE
    std::int64_t soak_requests{1'000'000};   ///< half of it before memory is looked at
};
using RowSink = std::function<Status(const GatewayRow&)>;

/// Measures one case, on a rig of its own, and tells each row as it is there. Every answer must be whole, but for `paced`, which counts.
/// Errors: those of GatewayRig, GatewayLoad and the sink; `data_loss` (a torn stream).
[[nodiscard]] Status run(const GatewayBench& bench, std::string_view name, const RowSink& tell);
}  // namespace rondo::bench
