#include "base/async/circuit_breaker.hpp"

#include <algorithm>
#include <cmath>

namespace rondo {
const char* name(CircuitBreaker::State state) noexcept {
    switch (state) {
        case CircuitBreaker::State::closed: return "closed";
        case CircuitBreaker::State::open: return "open";
        case CircuitBreaker::State::half_open: return "half_open";
    }
    return "closed";
}

bool CircuitBreaker::admits(TimePoint now) const {
    switch (state_) {
        case State::closed: return true;
        case State::open: return now >= open_until_;
        case State::half_open: return running_ + succeeded_ < config_.probes;
    }
    return false;
}

std::optional<CircuitBreaker::Ticket> CircuitBreaker::admit(TimePoint now) {
    if (!admits(now)) return std::nullopt;
    if (state_ == State::open) enter(State::half_open);
    if (state_ == State::half_open) ++running_;
    return Ticket{period_};
}

void CircuitBreaker::succeeded(Ticket ticket, TimePoint now) {
    if (ticket.period != period_) return;
    if (state_ == State::closed) {
        ends_.add_first(now);
        return;
    }
    --running_;
    if (++succeeded_ < config_.probes) return;
    enter(State::closed);
    ends_.clear();
    opened_ = 0;
}

void CircuitBreaker::failed(Ticket ticket, TimePoint now) {
    if (ticket.period != period_) return;
    if (state_ == State::closed) {
        ends_.add_second(now);
        const auto [good, bad] = ends_.counts(now);
        const bool enough = good + bad >= config_.min_calls;
        if (!enough || static_cast<double>(bad) < config_.failure_rate * static_cast<double>(good + bad)) return;
    }
    open(now);
}

void CircuitBreaker::ignored(Ticket ticket) {
    if (ticket.period == period_ && state_ == State::half_open) --running_;
}

Clock::duration CircuitBreaker::retry_after(TimePoint now) const {
    return state_ == State::open && open_until_ > now ? open_until_ - now : Clock::duration{0};
}

void CircuitBreaker::enter(State state) {
    state_ = state;
    ++period_;
    running_ = succeeded_ = 0;
}

void CircuitBreaker::open(TimePoint now) {
    enter(State::open);
    const double base = static_cast<double>(config_.open_for.count()) * std::exp2(std::min(opened_, 30));
    const double bounded = std::min(base, static_cast<double>(std::max(config_.open_limit, config_.open_for).count()));
    open_until_ = now + Clock::duration{static_cast<Clock::rep>(bounded * (1 + config_.jitter * rng_.uniform()))};
    ++opened_;
}
}  // namespace rondo
