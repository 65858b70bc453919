#pragma once
#include "base/async/backoff.hpp"
#include "base/clock.hpp"
#include "base/rng.hpp"
#include "engine/llm/error_class.hpp"
#include "engine/llm/rescue.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace rondo::llm {
/// Decides for one call which target is tried next, when, and how. What happened comes in, the next step comes out.
///
/// - A target that was silent, whose key was refused or that could not be entered is out for this call.
/// - Somebody waits for the call: another target that can be tried now goes before waiting for the same one. A
///   Retry-After is sat out once for each target, instead of a back-off, when it is no longer than `patience`.
/// - Nobody waits: an overloaded target is waited for (its Retry-After, or `default_retry_after`) when the deadline allows.
/// - After something was sent to the caller, a target that can continue it goes before one that must begin anew, and of the
///   latter the one that said it goes first.
///
/// Pure: `now` is passed in, chance comes from the Rng.
class Plan {
public:
    struct Settings {
        int attempts{3}, attempts_per_target{2};
        Backoff backoff{};
        Clock::duration default_retry_after{std::chrono::seconds{60}};
        Clock::duration patience{std::chrono::seconds{10}};
        Clock::duration least_left{std::chrono::milliseconds{100}};  ///< no attempt begins with less time left
        bool background{false};
    };
    struct Step {
        std::size_t target;       ///< index into the chain
        Clock::duration wait{0};  ///< before it
        bool again{false};        ///< this target was tried before in this call
        Rescue rescue{Rescue::restart};
    };

    /// `can_prefill`: of each target of the chain, in order.
    Plan(const Settings& settings, const std::vector<bool>& can_prefill);

    /// The next step; nullopt: nothing is left to try.
    [[nodiscard]] std::optional<Step> next(const Sent& sent, TimePoint now, TimePoint deadline) const;
    /// The best target that can be tried beside the running one, right now.
    [[nodiscard]] std::optional<Step> hedge(const Sent& sent, TimePoint now) const;

    void begun(std::size_t target);  ///< an attempt
    void failed(std::size_t target, ErrorClass why, std::optional<std::chrono::milliseconds> retry_after, TimePoint now, Rng& rng);
    void exclude(std::size_t target) { candidates_[target].out = true; }  ///< for the rest of the call

private:
    struct Candidate {
        bool can_prefill;
        bool out{false};
        bool waited{false};  // its Retry-After was honoured
        int tries{0};
        TimePoint not_before{};
    };
    [[nodiscard]] bool possible(const Candidate& candidate, const Sent& sent) const;

    Settings settings_;
    std::vector<Candidate> candidates_;
    int begun_{0};
    std::optional<std::size_t> wait_for_{};  // background: the overloaded target to stay with
};
}  // namespace rondo::llm
