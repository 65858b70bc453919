#pragma once
#include "base/async/circuit_breaker.hpp"
#include "base/obs/registry.hpp"
#include "base/result.hpp"
#include "engine/llm/error_class.hpp"
#include "engine/llm/rescue.hpp"

#include <string>
#include <string_view>

namespace rondo::llm {
/// How far down the fallback chain an answer came from.
enum class Rung { primary, target, few_shot, apology };

/// "primary", "target", "few_shot" or "apology".
[[nodiscard]] const char* name(Rung rung) noexcept;

/// What one target counts. Thread-safe; the registry must outlive it.
class TargetMetrics {
public:
    TargetMetrics(obs::Registry& registry, const std::string& target);

    /// `result`: "ok", the name of an ErrorClass, "lost" (a hedge began sooner), "diverged" (a rescue said something else),
    /// "breaker_open" or "busy" (refused before it began).
    void attempt(std::string_view result) noexcept;
    void retry() noexcept { retries_->add(); }
    void first_token(double seconds) noexcept { first_token_->observe(seconds); }
    void breaker(CircuitBreaker::State state) noexcept;          ///< 0 closed, 1 open, 2 half open
    void breaker_moved(CircuitBreaker::State state) noexcept;    ///< and counts it

private:
    obs::Registry* registry_;
    std::string target_;
    obs::Counter *ok_, *retries_;
    obs::Gauge* breaker_;
    obs::Histogram* first_token_;
};

/// What the gateway counts beyond its targets. Thread-safe; the registry must outlive it.
class GatewayMetrics {
public:
    explicit GatewayMetrics(obs::Registry& registry);

    void rung(Rung rung) noexcept { rungs_[static_cast<int>(rung)]->add(); }
    void failed(Code code) noexcept;                         ///< a call that ended with an error
    void hedge(bool won) noexcept { (won ? hedges_won_ : hedges_lost_)->add(); }
    void rescue(Rescue rescue, bool worked) noexcept;
    void abandoned(std::string_view policy) noexcept;        ///< the caller went away

private:
    obs::Registry* registry_;
    obs::Counter* rungs_[4];
    obs::Counter *hedges_won_, *hedges_lost_;
};
}  // namespace rondo::llm
