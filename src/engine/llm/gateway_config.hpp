#pragma once
#include "base/describe.hpp"

#include <chrono>
#include <string>

namespace rondo::llm {
/// How the gateway treats its targets. All of it can change while calls run: a call keeps the values it began with.
struct GatewayConfig {
    int attempts{3};
    int attempts_per_target{2};
    std::chrono::milliseconds least_left{100};

    std::chrono::milliseconds backoff{200};
    std::chrono::milliseconds backoff_limit{2'000};
    std::chrono::milliseconds background_backoff{2'000};
    std::chrono::milliseconds background_backoff_limit{10'000};
    std::chrono::milliseconds retry_after{60'000};
    std::chrono::milliseconds patience{10'000};
    double retry_ratio{0.1};
    int retry_floor{3};
    std::chrono::milliseconds retry_window{10'000};

    std::chrono::milliseconds breaker_window{30'000};
    int breaker_min_calls{10};
    double breaker_failure_rate{0.5};
    std::chrono::milliseconds breaker_open{5'000};
    std::chrono::milliseconds breaker_open_limit{60'000};
    double breaker_jitter{0.2};
    int breaker_probes{3};

    int concurrency{4'096};
    int queue{4'096};
    std::chrono::milliseconds queue_wait{1'000};

    bool hedge{false};
    std::chrono::milliseconds hedge_least{200};

    std::string on_abort{"cancel"};
    std::chrono::milliseconds drain_limit{10'000};
    int abandoned_limit{256};
};

template <class Visitor>
void describe(Visitor& v, GatewayConfig& c) {
    using std::chrono::milliseconds;
    constexpr milliseconds kDay{86'400'000};
    v.field("attempts", c.attempts, Reload::live, "Tries of one call at all targets together.", in(1, 10));
    v.field("attempts_per_target", c.attempts_per_target, Reload::live, "Of these, tries at one target.", in(1, 10));
    v.field("least_left_ms", c.least_left, Reload::live, "With less time left than this no further try begins.",
            in(milliseconds{0}, milliseconds{60'000}));
    v.field("backoff_ms", c.backoff, Reload::live, "Before the first repeat: a random time up to this; doubled for each further one.",
            in(milliseconds{1}, milliseconds{60'000}));
    v.field("backoff_limit_ms", c.backoff_limit, Reload::live, "Longest wait before a repeat.", in(milliseconds{1}, milliseconds{600'000}));
    v.field("background_backoff_ms", c.background_backoff, Reload::live, "Least wait before a repeat of a call that nobody waits for.",
            in(milliseconds{1}, milliseconds{600'000}));
    v.field("background_backoff_limit_ms", c.background_backoff_limit, Reload::live, "Longest wait before a repeat of such a call.",
            in(milliseconds{1}, milliseconds{600'000}));
    v.field("retry_after_ms", c.retry_after, Reload::live,
            "How long a call that nobody waits for keeps away from an overloaded target that does not say how long.",
            in(milliseconds{0}, kDay));
    v.field("patience_ms", c.patience, Reload::live, "Longest Retry-After that a call somebody waits for sits out.",
            in(milliseconds{0}, milliseconds{600'000}));
    v.field("retry_ratio", c.retry_ratio, Reload::live, "Repeats at a target, as a share of its calls.", in(0.0, 1.0));
    v.field("retry_floor", c.retry_floor, Reload::live, "Repeats a window that are allowed however few calls there are.", in(0, 1'000));
    v.field("retry_window_ms", c.retry_window, Reload::live, "The window of these two.", in(milliseconds{100}, milliseconds{3'600'000}));
    v.field("breaker_window_ms", c.breaker_window, Reload::live, "How far back the breaker looks.",
            in(milliseconds{100}, milliseconds{3'600'000}));
    v.field("breaker_min_calls", c.breaker_min_calls, Reload::live, "Calls in the window below which it does not open.", in(1, 100'000));
    v.field("breaker_failure_rate", c.breaker_failure_rate, Reload::live, "Share of failed calls at which it opens.", in(0.01, 1.0));
    v.field("breaker_open_ms", c.breaker_open, Reload::live, "How long it stays open the first time; doubled each time it does not help.",
            in(milliseconds{10}, milliseconds{3'600'000}));
    v.field("breaker_open_limit_ms", c.breaker_open_limit, Reload::live, "How long it stays open at most.",
            in(milliseconds{10}, milliseconds{3'600'000}));
    v.field("breaker_jitter", c.breaker_jitter, Reload::live, "Random part added to that, as a share.", in(0.0, 1.0));
    v.field("breaker_probes", c.breaker_probes, Reload::live, "Calls that must succeed before it closes.", in(1, 1'000));
    v.field("concurrency", c.concurrency, Reload::live, "Calls at one target at the same time.", in(1, 1'000'000));
    v.field("queue", c.queue, Reload::live, "Calls that may wait for a target.", in(0, 1'000'000));
    v.field("queue_wait_ms", c.queue_wait, Reload::live, "Longest such wait.", in(milliseconds{0}, milliseconds{600'000}));
    v.field("hedge", c.hedge, Reload::live,
            "Asks a second target too when the first is slower to begin than in 95 of 100 calls; the one that begins first answers.");
    v.field("hedge_least_ms", c.hedge_least, Reload::live, "Never sooner than this.", in(milliseconds{1}, milliseconds{600'000}));
    v.field("on_abort", c.on_abort, Reload::live,
            "When the caller goes away: cancel ends the provider's answer at once, drain reads it to its end for an exact bill, detach "
            "finishes the call as if the caller were there.",
            OneOf{{"cancel", "drain", "detach"}});
    v.field("drain_limit_ms", c.drain_limit, Reload::live, "Longest time an answer is drained.",
            in(milliseconds{0}, milliseconds{600'000}));
    v.field("abandoned_limit", c.abandoned_limit, Reload::live, "Drained and detached calls at the same time; one more is cancelled.",
            in(0, 100'000));
    v.rule(c.attempts_per_target <= c.attempts, "attempts_per_target", "must not exceed attempts");
    v.rule(c.backoff <= c.backoff_limit, "backoff_ms", "must not exceed backoff_limit_ms");
    v.rule(c.background_backoff <= c.background_backoff_limit, "background_backoff_ms", "must not exceed background_backoff_limit_ms");
    v.rule(c.breaker_open <= c.breaker_open_limit, "breaker_open_ms", "must not exceed breaker_open_limit_ms");
}
}  // namespace rondo::llm
