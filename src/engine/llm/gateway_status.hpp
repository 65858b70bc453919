#pragma once
#include "base/async/circuit_breaker.hpp"
#include "base/clock.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace rondo::llm {
/// A breaker changed its state.
struct BreakerEvent {
    std::string target;
    CircuitBreaker::State from, to;
    Clock::duration retry_after{0};  ///< when open: until it may admit again
};

/// One target as the admin view shows it.
struct TargetStatus {
    std::string id;
    CircuitBreaker::State breaker{CircuitBreaker::State::closed};
    Clock::duration retry_after{0};                    ///< of an open breaker
    std::size_t in_use{0}, waiting{0};                 ///< calls at it, calls waiting for it
    std::optional<Clock::duration> first_token_p95{};  ///< none until enough calls were seen
};

struct GatewayStatus {
    std::vector<TargetStatus> targets;  ///< in the order of the configuration
    std::size_t abandoned{0};           ///< calls that go on without their caller
};
}  // namespace rondo::llm
