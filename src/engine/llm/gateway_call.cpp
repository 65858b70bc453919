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

GatewayCall::GatewayCall(std::shared_ptr<const CallSettings> settings, std::vector<GatewayRoute> chain, ModelRequest request,
                         DeltaSink sink, CallContext ctx, asio::any_io_executor executor, Rng rng)
    : settings_{std::move(settings)},
      chain_{std::move(chain)},
      request_{std::move(request)},
      sink_{std::move(sink), executor, settings_->config.on_abort != "cancel"},
      ctx_{std::move(ctx)},
      executor_{std::move(executor)},
      rng_{rng},
      deadline_{ctx_.deadline},
      plan_{make_plan()} {
    if (request_.use_fallback && deadline_ != TimePoint::max()) deadline_ -= reserve(std::max(ctx_.left(), Clock::duration{0}));
}

Plan GatewayCall::make_plan() const {
    const GatewayConfig& config = settings_->config;
    Plan::Settings settings{.attempts = config.attempts,
                            .attempts_per_target = config.attempts_per_target,
                            .backoff = {.base = config.backoff, .limit = config.backoff_limit},
                            .default_retry_after = config.retry_after,
                            .patience = config.patience,
                            .least_left = config.least_left,
                            .background = request_.background};
    if (request_.background) {
        settings.backoff = {
            .base = config.background_backoff * 2, .limit = config.background_backoff_limit, .least = config.background_backoff};
    }
    std::vector<bool> can_prefill;
    for (const GatewayRoute& route : chain_) can_prefill.push_back(route.target->abilities().prefill);
    return Plan{settings, can_prefill};
}

asio::awaitable<Result<Completion>> GatewayCall::run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    for (;;) {
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return gave_up();
        if (final_ || draining_) break;
        const auto step = plan_.next(sent_, Clock::now(), deadline_);
        if (!step) break;
        const auto next = co_await attempt(*step);
        if (next != Next::go_on) break;
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return gave_up();
    co_return co_await finish();
}

asio::awaitable<std::optional<TargetState::Permit>> GatewayCall::enter(const Plan::Step& step) {
    const GatewayRoute& route = chain_[step.target];
    if (step.again) {
        if (!route.state->take_retry()) {
            plan_.exclude(step.target);
            co_return std::nullopt;
        }
        route.state->metrics().retry();
    }
    if (step.wait > Clock::duration{0}) {
        const auto waited = co_await pause(step.wait);
        if (!waited) co_return std::nullopt;
    }
    CallContext ctx = ctx_;
    ctx.deadline = deadline_;
    auto permit = co_await route.state->admit(ctx);
    if (permit) co_return std::move(*permit);
    if (permit.error() == TargetState::Refusal::cancelled) co_return std::nullopt;
    plan_.exclude(step.target);
    const bool shut = permit.error() == TargetState::Refusal::breaker_open;
    route.state->metrics().attempt(shut ? "breaker_open" : "busy");
    shut_ += shut ? 1 : 0;
    busy_ += shut ? 0 : 1;
    retry_after_ = std::min(retry_after_, shut ? route.state->retry_after() : Clock::duration{std::chrono::seconds{1}});
    co_return std::nullopt;
}

asio::awaitable<GatewayCall::Next> GatewayCall::attempt(const Plan::Step& step) {
    auto permit = co_await enter(step);
    if (!permit || draining_) co_return Next::go_on;  // run() sees why
    const GatewayConfig& config = settings_->config;
    const GatewayRoute& route = chain_[step.target];
    plan_.begun(step.target);
    const Race::Clocks clocks{.first_token = config.first_token, .gap = config.gap, .total = config.total, .deadline = deadline_};
    Race race{request_, sink_, sent_, settings_->ports.meter, clocks, ctx_, executor_};
    race_ = &race;
    Race::Runner runner{.candidate = step.target, .route = &route, .permit = std::move(*permit), .rescue = step.rescue};
    auto hedging = hedge(route);
    auto ends = co_await race.run(std::move(runner), std::move(hedging));
    race_ = nullptr;
    co_return take(std::move(ends));
}

Race::Hedge GatewayCall::hedge(const GatewayRoute& route) {
    const GatewayConfig& config = settings_->config;
    if (!config.hedge || !sink_.streams() || !sent_.nothing() || chain_.size() < 2) return {};
    const auto usual = route.state->first_token_p95();
    if (!usual) return {};
    return {.after = std::max<Clock::duration>(*usual, config.hedge_least), .runner = [this]() -> std::optional<Race::Runner> {
                const auto step = plan_.hedge(sent_, Clock::now());
                if (!step) return std::nullopt;
                const GatewayRoute& second = chain_[step->target];
                if (!second.state->take_retry()) return std::nullopt;  // when everything is slow hedges would double the load
                auto permit = second.state->try_admit();
                if (!permit) return std::nullopt;
                plan_.begun(step->target);
                return Race::Runner{.candidate = step->target, .route = &second, .permit = std::move(*permit), .rescue = step->rescue};
            }};
}

GatewayCall::Next GatewayCall::take(std::vector<Race::End> ends) {
    for (Race::End& end : ends) {
        if (end.rescue == Rescue::prefill || end.rescue == Rescue::skip) settings_->metrics->rescue(end.rescue, end.answer.has_value());
        if (end.hedged) settings_->metrics->hedge(end.answer.has_value());
        if (end.made) {
            attempts_.push_back(end.bill.attempt);
            usage_ += end.bill.attempt.usage;
            usage_estimated_ = usage_estimated_ || end.bill.usage_estimated;
        }
        if (end.answer) {
            answer_ = std::move(end.answer);
            answered_by_ = end.candidate;
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
        plan_.failed(end.candidate, end.error_class, end.retry_after, Clock::now(), rng_);
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
        answer_->target = chain_[answered_by_].state->id();
        answer_->rung = llm::name(rung);
        answer_->usage = usage_;
        answer_->usage_estimated = usage_estimated_;
        answer_->attempts = std::move(attempts_);
        co_return std::move(*answer_);
    }
    if (!error_) error_ = refused();
    if (request_.use_fallback && !final_ && !draining_ && sent_.nothing()) co_return co_await fall_back();
    settings_->metrics->failed(error_->code);
    co_return fail(std::move(*error_));
}

/// Why no attempt was made at all.
Error GatewayCall::refused() const {
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
