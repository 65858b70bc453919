#include "engine/llm/gateway_embed.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace rondo::llm {
namespace {
std::unexpected<Error> gave_up() { return fail(Code::cancelled, "caller gave up"); }

/// The texts stay where they are: `request` outlives what is made of it.
ModelRequest priced(const EmbedRequest& request) {
    ModelRequest all{.model = request.model, .sampling = {.max_tokens = 0}, .purpose = request.purpose};
    all.system.reserve(request.texts.size());
    for (const std::string& text : request.texts) all.system.push_back({.text = {std::shared_ptr<void>{}, &text}, .fixed = false});
    return all;
}
}  // namespace

EmbedCall::EmbedCall(std::shared_ptr<const CallSettings> settings, GatewayChain chain, EmbedRequest request, CallContext ctx, Rng rng)
    : settings_{std::move(settings)},
      request_{std::move(request)},
      priced_{priced(request_)},
      ctx_{std::move(ctx)},
      rng_{rng},
      path_{settings_->config, std::move(chain), false} {}

asio::awaitable<Result<EmbedAnswer>> EmbedCall::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    const Sent nothing;
    for (;;) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return gave_up();
        const auto step = path_.next(nothing, ctx_.deadline);
        if (!step) break;
        auto permit = co_await path_.enter(*step, ctx_);
        if (!permit) continue;
        const bool goes_on = co_await attempt(step->target, std::move(*permit));
        if (!goes_on) break;
    }
    if (answer_) {
        settings_->metrics->rung(answered_by_ == 0 ? Rung::primary : Rung::target);
        answer_->target = path_.route(answered_by_).state->id();
        answer_->usage = usage_;
        answer_->usage_estimated = usage_estimated_;
        answer_->attempts = std::move(attempts_);
        co_return std::move(*answer_);
    }
    if (!error_) error_ = path_.refused();
    if (error_->code != Code::cancelled) settings_->metrics->failed(error_->code);
    co_return fail(std::move(*error_));
}

asio::awaitable<bool> EmbedCall::attempt(std::size_t candidate, TargetState::Permit permit) {
    const GatewayRoute& route = path_.route(candidate);
    std::unique_ptr<Meter::Hold> hold;
    if (Meter* meter = settings_->ports.meter) {
        auto reserved = co_await meter->reserve(priced_, *route.target, ctx_);
        if (!reserved) {
            error_ = std::move(reserved.error());
            co_return false;
        }
        hold = std::move(*reserved);
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return true;  // run() sees it
    const auto started = Clock::now();
    auto outcome = co_await route.target->embed(request_, ctx_.within(route.target->clocks().total));
    Bill billed = bill(route, outcome, Clock::now() - started);
    if (hold) hold->settle(billed);
    route.state->metrics().attempt(outcome ? "ok" : name(outcome.error().error_class));
    usage_ += billed.attempt.usage;
    usage_estimated_ = usage_estimated_ || billed.usage_estimated;
    attempts_.push_back(std::move(billed.attempt));
    if (outcome) {
        permit.succeeded();
        answer_ = std::move(*outcome);
        answered_by_ = candidate;
        co_return false;
    }
    Target::Failure& failure = outcome.error();
    const bool our_deadline = failure.error_class == ErrorClass::timeout && Clock::now() >= ctx_.deadline;
    if (counts_as_failure(failure.error_class) && !our_deadline) permit.failed();
    path_.failed(candidate, failure.error_class, failure.retry_after, rng_);
    error_ = std::move(failure.error);
    if (failure.retry_after) error_->retry_after = *failure.retry_after;
    co_return try_elsewhere(failure.error_class);
}

Bill EmbedCall::bill(const GatewayRoute& route, const Target::EmbedOutcome& outcome, Clock::duration took) const {
    Bill all{.attempt = {.target = route.state->id(), .took = took}, .model = std::string{route.target->billed_as(priced_)}};
    if (outcome) {
        all.attempt.usage = outcome->usage;
        all.usage_estimated = outcome->usage_estimated;
    } else {
        all.attempt.usage = outcome.error().usage;
        all.attempt.error = outcome.error().error;
        all.usage_estimated = outcome.error().usage_estimated;
        all.failed = outcome.error().error_class;
    }
    return all;
}
}  // namespace rondo::llm
