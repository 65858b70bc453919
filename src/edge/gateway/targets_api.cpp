#include "edge/gateway/handlers.hpp"

#include <boost/json.hpp>

#include <chrono>

namespace rondo::gateway {
namespace {
double millis(Clock::duration time) { return std::chrono::duration<double, std::milli>{time}.count(); }

boost::json::object target_json(const llm::TargetStatus& status, const llm::TargetConfig& config) {
    boost::json::object out{{"name", status.id}, {"kind", config.kind}};
    out["model"] = config.model.empty() ? boost::json::value(nullptr) : boost::json::value(config.model);
    out["breaker"] = breaker_word(status.breaker);
    out["retry_after_ms"] = std::chrono::ceil<std::chrono::milliseconds>(status.retry_after).count();
    out["in_use"] = status.in_use;
    out["waiting"] = status.waiting;
    out["first_token_p95_ms"] = status.first_token_p95 ? boost::json::value(millis(*status.first_token_p95)) : nullptr;
    return out;
}
}  // namespace

asio::awaitable<void> Handlers::list_targets(net::Exchange& exchange) const {
    const auto config = backend().operations.providers();
    const auto status = backend().operations.targets();
    boost::json::array targets, order;
    for (const auto& target : status.targets) {
        // The configuration may be a generation ahead of the targets, or behind them.
        const auto known = config.targets.find(target.id);
        if (known == config.targets.end()) continue;
        targets.push_back(target_json(target, known->second));
        if (config.order.empty()) order.emplace_back(target.id);
    }
    for (const auto& name : config.order) order.emplace_back(name);
    boost::json::object aliases;
    for (const auto& [name, alias] : config.aliases) aliases[name] = boost::json::array(alias.targets.begin(), alias.targets.end());
    co_await answer(exchange, 200, {{"targets", std::move(targets)}, {"aliases", std::move(aliases)}, {"order", std::move(order)}});
}
}  // namespace rondo::gateway
