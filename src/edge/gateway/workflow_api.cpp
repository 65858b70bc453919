#include "edge/gateway/handlers.hpp"
#include "engine/flow/dry_run.hpp"
#include "talk/scenario/node_types.hpp"

#include <boost/json.hpp>

namespace rondo::gateway {
asio::awaitable<void> Handlers::check_workflow(net::Exchange& exchange) const {
    // A workflow with faults is an answer, not an error: only what is no JSON is refused.
    const auto checked = flow::dry_run(exchange.request().body, scenario::kNodes);
    if (!checked) co_return co_await refuse(exchange, checked.error(), ctx);
    co_await answer(exchange, 200, flow::to_json(*checked));
}
}  // namespace rondo::gateway
