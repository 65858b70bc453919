#include "engine/llm/gateway_call.hpp"

#include "base/async/within.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace rondo::llm {
namespace {
std::unexpected<Error> gave_up() { return fail(Code::cancelled, "caller gave up"); }

/// What of the deadline attempts leave to the fallbacks.
Clock::duration reserve(Clock::duration left) { return std::min<Clock::duration>(std::chrono::milliseconds{500}, left / 10); }
}  // namespace

GatewayCall::GatewayCall(std::shared_ptr<const CallSettings> settings, GatewayChain chain, ModelRequest request, DeltaSink sink,
                         CallContext ctx, asio::any_io_executor executor, Rng rng)
    : settings_{std::move(settings)},
      request_{std::move(request)},
      sink_{std::move(sink), executor, settings_->config.on_abort != "cancel"},
      ctx_{std::move(ctx)},
      executor_{std::move(executor)},
      rng_{rng},
      deadline_{ctx_.deadline},
      path_{settings_->config, std::move(chain), request_.background} {
    if (request_.use_fallback && deadline_ != TimePoint::max()) deadline_ -= reserve(std::max(ctx_.left(), Clock::duration{0}));
}

CallContext GatewayCall::attempt_context() const {
    CallContext ctx = ctx_;
    ctx.deadline = deadline_;
    return ctx;
}

asio::awaitable<Result<Completion>> GatewayCall::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    for (;;) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return gave_up();
        if (final_ || draining_) break;
        const auto step = path_.next(sent_, deadline_);
        if (!step) break;
        const auto next = co_await attempt(*step);
        if (next != Next::go_on) break;
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return gave_up();
    co_return co_await finish();
}

asio::awaitable<GatewayCall::Next> GatewayCall::attempt(const Plan::Step& step) {
    auto permit = co_await path_.enter(step, attempt_context());
    if (!permit || draining_) co_return Next::go_on;  // run() sees why
    const GatewayRoute& route = path_.route(step.target);
    Race race{request_, sink_, sent_, settings_->ports.meter, attempt_context(), executor_};
    race_ = &race;
    Race::Runner runner{.candidate = step.target, .route = &route, .permit = std::move(*permit), .rescue = step.rescue};
    auto hedging = hedge(route);
    auto ends = co_await race.run(std::move(runner), std::move(hedging));
    race_ = nullptr;
    co_return take(std::move(ends));
}

Race::Hedge GatewayCall::hedge(const GatewayRoute& route) {
    const GatewayConfig& config = settings_->config;
    if (!config.hedge || !sink_.streams() || !sent_.nothing() || path_.size() < 2) return {};
    const auto usual = route.state->first_token_p95();
    if (!usual) return {};
    return {.after = std::max<Clock::duration>(*usual, config.hedge_least), .runner = [this]() -> std::optional<Race::Runner> {
                auto second = path_.beside(sent_);
                if (!second) return std::nullopt;
                return Race::Runner{.candidate = second->step.target,
                                    .route = &path_.route(second->step.target),
                                    .permit = std::move(second->permit),
                                    .rescue = second->step.rescue};
            }};
}

GatewayCall::Next GatewayCall::take(std::vector<Race::End> ends) {
    for (Race::End& end : ends) {
        if (end.rescue == Rescue::prefill || end.rescue == Rescue::skip) settings_->metrics->rescue(end.rescue, end.answer.has_value());
        if (end.hedged) settings_->metrics->hedge(end.answer.has_value());
        if (end.made) {
            usage_ += end.bill.attempt.usage;
            usage_estimated_ = usage_estimated_ || end.bill.usage_estimated;
        }
        if (end.answer) {
            answer_ = std::move(end.answer);
            answered_by_ = end.candidate;
            attempts_.push_back(std::move(end.bill.attempt));
            continue;
        }
        const bool ours = end.error_class == ErrorClass::cancelled && !end.final;  // a lost hedge, our caller
        // A rescue is a request of our making: when it is refused the caller is told what broke, not that.
        const bool our_request = end.error_class == ErrorClass::caller_fault && end.rescue != Rescue::restart && error_;
        // A hedge the budget does not pay for is only a hedge that was not made.
        const bool hedge_refused = end.final && !end.made && end.hedged;
        if (!ours && !our_request && !hedge_refused) {
            error_ = end.bill.attempt.error;
            if (end.retry_after) error_->retry_after = *end.retry_after;
            final_ = final_ || end.final || !try_elsewhere(end.error_class);
        }
        path_.failed(end.candidate, end.error_class, end.retry_after, rng_);
        if (end.made) attempts_.push_back(std::move(end.bill.attempt));
    }
    if (answer_) return Next::answered;
    return final_ ? Next::ended : Next::go_on;
}

asio::awaitable<void> GatewayCall::abandon(bool drain, TimePoint until) {
    draining_ = drain;
    if (drain) {
        deadline_ = std::min(deadline_, until);
        if (race_) race_->shorten(deadline_);
    }
    co_await sink_.close();
}

asio::awaitable<Result<Completion>> GatewayCall::finish() {
    if (answer_) {
        const Rung rung = answered_by_ == 0 ? Rung::primary : Rung::target;
        settings_->metrics->rung(rung);
        answer_->target = path_.route(answered_by_).state->id();
        answer_->rung = llm::name(rung);
        answer_->usage = usage_;
        answer_->usage_estimated = usage_estimated_;
        answer_->attempts = std::move(attempts_);
        co_return std::move(*answer_);
    }
    if (!error_) error_ = path_.refused();
    if (request_.use_fallback && !final_ && !draining_ && sent_.nothing()) co_return co_await fall_back();
    settings_->metrics->failed(error_->code);
    co_return fail(std::move(*error_));
}

asio::awaitable<Result<Completion>> GatewayCall::fall_back() {
    if (FallbackSource* source = settings_->ports.fallback) {
        auto found = co_await within(ctx_, source->best_rated(request_, ctx_));
        if (!found && found.error().code == Code::cancelled) co_return propagate(found);
        if (found && *found && !(*found)->empty()) co_return co_await say(std::move(**found), Rung::few_shot);
    }
    co_return co_await say(std::string{apology(request_.language)}, Rung::apology);
}

asio::awaitable<Result<Completion>> GatewayCall::say(std::string text, Rung rung) {
    if (sink_.streams()) {
        const auto sent = co_await sink_.put({.text = text});
        if (!sent) co_return propagate(sent);
    }
    settings_->metrics->rung(rung);
    co_return Completion{.text = std::move(text),
                         .usage = usage_,
                         .model = {},
                         .finish_reason = "stop",
                         .usage_estimated = usage_estimated_,
                         .attempts = std::move(attempts_),
                         .rung = llm::name(rung)};
}
}  // namespace rondo::llm
