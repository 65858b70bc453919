#pragma once
#include "engine/llm/gateway_plan.hpp"
#include "engine/llm/gateway_target.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace rondo::llm {
/// The targets of a call, the first choice first. Shared by all calls for the same name.
using GatewayChain = std::shared_ptr<const std::vector<GatewayRoute>>;

/// One call's way along its chain: whom it turns to next, how long it waits before, and whether it is let in. One executor.
class GatewayPath {
public:
    /// `background`: nobody waits for the call.
    GatewayPath(const GatewayConfig& config, GatewayChain chain, bool background);

    [[nodiscard]] std::optional<Plan::Step> next(const Sent& sent, TimePoint deadline) const {
        return plan_.next(sent, Clock::now(), deadline);
    }
    /// Waits as the step says and for a place at the target, and counts the attempt as begun. nullopt: no attempt; ask for
    /// another step, unless the caller has gone.
    asio::awaitable<std::optional<TargetState::Permit>> enter(Plan::Step step, CallContext ctx);
    /// A second target, right now.
    struct Beside {
        Plan::Step step;
        TargetState::Permit permit;
    };
    [[nodiscard]] std::optional<Beside> beside(const Sent& sent);
    void failed(std::size_t target, ErrorClass why, std::optional<std::chrono::milliseconds> retry_after, Rng& rng) {
        plan_.failed(target, why, retry_after, Clock::now(), rng);
    }

    [[nodiscard]] const GatewayRoute& route(std::size_t target) const { return (*chain_)[target]; }
    [[nodiscard]] std::size_t size() const { return chain_->size(); }
    /// Why no attempt was made at all.
    [[nodiscard]] Error refused() const;

private:
    GatewayChain chain_;
    Plan plan_;
    int shut_{0}, busy_{0};  // targets not entered
    Clock::duration retry_after_{Clock::duration::max()};
};
}  // namespace rondo::llm
