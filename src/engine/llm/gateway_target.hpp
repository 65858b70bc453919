#pragma once
#include "base/async/bulkhead.hpp"
#include "base/async/circuit_breaker.hpp"
#include "base/async/context.hpp"
#include "base/async/retry_budget.hpp"
#include "base/async/timer.hpp"
#include "engine/llm/gateway_config.hpp"
#include "engine/llm/gateway_metrics.hpp"
#include "engine/llm/gateway_status.hpp"
#include "engine/llm/target.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <array>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace rondo::llm {
/// What the gateway knows about one target and the gates before it: breaker, bulkhead, retry budget, first-token times.
///
/// One for all event loops, behind a mutex held for well under a microsecond: a target's health is one fact. With
/// an instance in each loop every loop would need its own evidence, and a half-open breaker would let loops times k probes
/// through. Thread-safe. Held by shared_ptr: permits keep it alive across a reload.
class TargetState : public std::enable_shared_from_this<TargetState> {
public:
    /// `on_breaker` is called outside the lock, on the loop of the call that moved the breaker; may be empty.
    TargetState(std::string id, const GatewayConfig& config, obs::Registry& registry, std::function<void(const BreakerEvent&)> on_breaker,
                std::uint64_t seed);

    void configure(const GatewayConfig& config);

    enum class Refusal { breaker_open, busy, cancelled };

    /// Leave to make one attempt. Says how it ended; destroyed without a word the end does not count.
    class Permit {
    public:
        Permit(std::shared_ptr<TargetState> state, CircuitBreaker::Ticket ticket) : state_{std::move(state)}, ticket_{ticket} {}
        Permit(Permit&&) noexcept = default;
        Permit& operator=(Permit&&) = delete;
        ~Permit();
        void succeeded() { end(true); }  ///< one of the two, at most once
        void failed() { end(false); }

    private:
        void end(bool success);
        std::shared_ptr<TargetState> state_;  // null once moved from
        CircuitBreaker::Ticket ticket_;
        bool ended_{false};
    };

    /// Waits for a free place up to `queue_wait`, first come first served.
    asio::awaitable<std::expected<Permit, Refusal>> admit(CallContext ctx);
    /// The same without waiting.
    std::expected<Permit, Refusal> try_admit();

    [[nodiscard]] bool take_retry();
    void first_token(Clock::duration took);
    /// Of the recent first-token times, the one that 95 of 100 stayed below; nullopt until enough are known.
    [[nodiscard]] std::optional<Clock::duration> first_token_p95() const;
    [[nodiscard]] Clock::duration retry_after() const;
    [[nodiscard]] TargetStatus status() const;
    [[nodiscard]] TargetMetrics& metrics() { return metrics_; }
    [[nodiscard]] const std::string& id() const { return id_; }

private:
    struct Waiting;
    static constexpr std::size_t kTimes = 128, kEnough = 20;

    std::expected<Permit, Refusal> enter_breaker();
    void leave();
    void wake(std::optional<Bulkhead::Waiter> waiter);  // lock held
    template <class Change>
    auto with_breaker(Change change);  // tells what moved, after the lock

    const std::string id_;
    TargetMetrics metrics_;
    std::function<void(const BreakerEvent&)> on_breaker_;
    mutable std::mutex mutex_;  // guards all below
    CircuitBreaker breaker_;
    Bulkhead bulkhead_;
    RetryBudget retries_;
    Clock::duration queue_wait_;
    std::map<Bulkhead::Waiter, std::shared_ptr<Waiting>> waiting_;
    std::array<Clock::duration, kTimes> times_{};  // ring
    std::size_t times_seen_{0};
};

/// A target of a call's chain: the way to it and the gates before it.
struct GatewayRoute {
    std::shared_ptr<Target> target;
    std::shared_ptr<TargetState> state;
};
}  // namespace rondo::llm
