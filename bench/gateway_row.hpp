#pragma once
#include "base/result.hpp"
#include "figures.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::bench {
/// One configuration of a gateway case, measured: the line `rondo-bench gateway` prints. What does not apply is null. "Added" is
/// through rondo minus directly, both of one round.
struct GatewayRow {
    std::string name;  ///< of the case
    std::int64_t c{0};  ///< requests under way at any time
    std::optional<double> req_per_s{}, added_p50_us{}, added_p99_us{}, cpu_us_per_request{}, added_ttft_p99_us{}, added_chunk_p99_us{};
    std::int64_t rss_kib{0};          ///< of the server, under the load
    std::vector<Figure> more{};         ///< of this case only
    std::optional<std::string> binds{}; ///< who had no time left: server, mock or driver; none: nobody
};

[[nodiscard]] std::string to_json(const GatewayRow& row);
[[nodiscard]] std::string gateway_head();
/// The line of a table, in the columns of gateway_head().
[[nodiscard]] std::string to_text(const GatewayRow& row);
/// The targets that these rows are measured against, each beside what was found: a line each; without a row for it, none.
[[nodiscard]] std::string targets_text(std::span<const GatewayRow> rows);

/// What is wrong with a line as programs read it: not the agreed fields, or figures that cannot be. Empty: nothing.
[[nodiscard]] std::vector<Fault> check_gateway(std::string_view line);
}  // namespace rondo::bench
