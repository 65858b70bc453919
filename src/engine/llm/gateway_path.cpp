#include "engine/llm/gateway_path.hpp"

#include "base/async/within.hpp"

#include <algorithm>
#include <utility>

namespace rondo::llm {
namespace {
Plan::Settings plan_of(const GatewayConfig& config, bool background) {
    Plan::Settings settings{.attempts = config.attempts,
                            .attempts_per_target = config.attempts_per_target,
                            .backoff = {.base = config.backoff, .limit = config.backoff_limit},
                            .default_retry_after = config.retry_after,
                            .patience = config.patience,
                            .least_left = config.least_left,
                            .background = background};
    if (background) {
        settings.backoff = {
            .base = config.background_backoff * 2, .limit = config.background_backoff_limit, .least = config.background_backoff};
    }
    return settings;
}

std::vector<bool> can_prefill(const std::vector<GatewayRoute>& chain) {
    std::vector<bool> can;
    can.reserve(chain.size());
    for (const GatewayRoute& route : chain) can.push_back(route.target->abilities().prefill);
    return can;
}
}  // namespace

GatewayPath::GatewayPath(const GatewayConfig& config, GatewayChain chain, bool background)
    : chain_{std::move(chain)}, plan_{plan_of(config, background), can_prefill(*chain_)} {}

asio::awaitable<std::optional<TargetState::Permit>> GatewayPath::enter(Plan::Step step, CallContext ctx) {
    TargetState& state = *route(step.target).state;
    if (step.again) {
        if (!state.take_retry()) {
            plan_.exclude(step.target);
            co_return std::nullopt;
        }
        state.metrics().retry();
    }
    if (step.wait > Clock::duration{0}) {
        const auto waited = co_await pause(step.wait);
        if (!waited) co_return std::nullopt;
    }
    auto permit = co_await state.admit(std::move(ctx));
    if (permit) {
        plan_.begun(step.target);
        co_return std::move(*permit);
    }
    if (permit.error() == TargetState::Refusal::cancelled) co_return std::nullopt;
    plan_.exclude(step.target);
    const bool shut = permit.error() == TargetState::Refusal::breaker_open;
    state.metrics().attempt(shut ? "breaker_open" : "busy");
    shut_ += shut ? 1 : 0;
    busy_ += shut ? 0 : 1;
    retry_after_ = std::min(retry_after_, shut ? state.retry_after() : Clock::duration{std::chrono::seconds{1}});
    co_return std::nullopt;
}

std::optional<GatewayPath::Beside> GatewayPath::beside(const Sent& sent) {
    const auto step = plan_.hedge(sent, Clock::now());
    if (!step) return std::nullopt;
    TargetState& state = *route(step->target).state;
    if (!state.take_retry()) return std::nullopt;  // when everything is slow hedges would double the load
    auto permit = state.try_admit();
    if (!permit) return std::nullopt;
    plan_.begun(step->target);
    return Beside{.step = *step, .permit = std::move(*permit)};
}

Error GatewayPath::refused() const {
    using std::chrono::milliseconds;
    if (shut_ + busy_ == 0)
        return {.code = Code::deadline_exceeded, .message = "no time was left to ask a provider", .reason = std::string{reason::kSilent}};
    const auto wait = std::max(std::chrono::ceil<milliseconds>(retry_after_), milliseconds{1});
    if (busy_ == 0) {
        return {.code = Code::unavailable,
                .message = "the provider fails too often and is given a rest; try again later",
                .reason = "CIRCUIT_BREAKER_OPEN",
                .retry_after = wait};
    }
    return {.code = Code::resource_exhausted,
            .message = "too many calls at the provider at the same time; try again later",
            .reason = "TARGET_BUSY",
            .retry_after = wait};
}
}  // namespace rondo::llm
