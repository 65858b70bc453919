#include "engine/llm/gateway_metrics.hpp"

namespace rondo::llm {
namespace {
constexpr const char* kAttempts = "rondo_llm_attempts_total";
constexpr const char* kAttemptsHelp = "Attempts at providers by target and result.";
}  // namespace

const char* name(Rung rung) noexcept {
    switch (rung) {
        case Rung::primary: return "primary";
        case Rung::target: return "target";
        case Rung::few_shot: return "few_shot";
        case Rung::apology: return "apology";
    }
    return "primary";
}

TargetMetrics::TargetMetrics(obs::Registry& registry, const std::string& target)
    : registry_{&registry},
      target_{target},
      ok_{&registry.counter(kAttempts, kAttemptsHelp, {{"target", target}, {"result", "ok"}})},
      retries_{
          &registry.counter("rondo_llm_retries_total", "Attempts at a target that had failed in the same call.", {{"target", target}})},
      breaker_{&registry.gauge("rondo_llm_breaker_state", "Circuit breaker: 0 closed, 1 open, 2 half open.", {{"target", target}})},
      first_token_{&registry.histogram("rondo_llm_first_token_seconds", "From asking a provider to its first token.",
                                       {0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6}, {{"target", target}})} {}

void TargetMetrics::attempt(std::string_view result) noexcept {
    if (result == "ok") {
        ok_->add();
    } else {
        registry_->counter(kAttempts, kAttemptsHelp, {{"target", target_}, {"result", std::string{result}}}).add();
    }
}

void TargetMetrics::breaker(CircuitBreaker::State state) noexcept { breaker_->set(static_cast<double>(static_cast<int>(state))); }

void TargetMetrics::breaker_moved(CircuitBreaker::State state) noexcept {
    breaker(state);
    registry_
        ->counter("rondo_llm_breaker_transitions_total", "Changes of a circuit breaker's state.",
                  {{"target", target_}, {"to", rondo::name(state)}})
        .add();
}

GatewayMetrics::GatewayMetrics(obs::Registry& registry) : registry_{&registry} {
    for (const Rung rung : {Rung::primary, Rung::target, Rung::few_shot, Rung::apology}) {
        rungs_[static_cast<int>(rung)] = &registry.counter(
            "rondo_llm_answers_total", "Answers by the rung of the fallback chain they came from.", {{"rung", name(rung)}});
    }
    const char* help = "Second targets asked because the first was slow to begin, by whether they began sooner.";
    hedges_won_ = &registry.counter("rondo_llm_hedges_total", help, {{"result", "won"}});
    hedges_lost_ = &registry.counter("rondo_llm_hedges_total", help, {{"result", "lost"}});
}

void GatewayMetrics::failed(Code code) noexcept {
    registry_->counter("rondo_llm_failed_total", "Calls that ended with an error, by its code.", {{"code", rondo::name(code)}}).add();
}

void GatewayMetrics::rescue(Rescue rescue, bool worked) noexcept {
    registry_
        ->counter("rondo_llm_rescues_total", "Answers that broke off and were taken up by another attempt.",
                  {{"mode", name(rescue)}, {"result", worked ? "whole" : "failed"}})
        .add();
}

void GatewayMetrics::abandoned(std::string_view policy) noexcept {
    registry_->counter("rondo_llm_abandoned_total", "Calls whose caller went away, by what was done.", {{"policy", std::string{policy}}})
        .add();
}
}  // namespace rondo::llm
