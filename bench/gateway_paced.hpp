#pragma once
#include "gateway_bench.hpp"

namespace rondo::bench {
/// Streams whose pieces come 20 ms apart. A few hundred in rounds tell what a piece is delayed; as many as the bench wants, once each
/// way, tell whether one is late or lost and what an idle stream costs. Errors: as run().
[[nodiscard]] Status paced(const GatewayBench& bench, const RowSink& tell);
}  // namespace rondo::bench
