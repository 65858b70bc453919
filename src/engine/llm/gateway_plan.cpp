#include "engine/llm/gateway_plan.hpp"

#include <algorithm>
#include <tuple>

namespace rondo::llm {
Plan::Plan(const Settings& settings, const std::vector<bool>& can_prefill) : settings_{settings} {
    candidates_.reserve(can_prefill.size());
    for (const bool can : can_prefill) candidates_.push_back({.can_prefill = can});
}

bool Plan::possible(const Candidate& candidate, const Sent& sent) const {
    return !candidate.out && candidate.tries < settings_.attempts_per_target && rescue_for(sent, candidate.can_prefill) != Rescue::none;
}

std::optional<Plan::Step> Plan::next(const Sent& sent, TimePoint now, TimePoint deadline) const {
    if (begun_ >= settings_.attempts) return std::nullopt;
    std::optional<Step> best;
    auto rank = [&](const Step& step) {
        const bool leaves = wait_for_ && wait_for_ != step.target;
        const bool unlikely = step.rescue == Rescue::skip && !step.again;  // another model would hardly say the same again
        return std::tuple{leaves, step.rescue == Rescue::skip, unlikely, step.wait, step.target};
    };
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
        const Candidate& candidate = candidates_[i];
        const auto wait = std::max(candidate.not_before - now, Clock::duration{0});
        if (!possible(candidate, sent) || now > deadline - settings_.least_left || wait > deadline - settings_.least_left - now) continue;
        const Step step{.target = i, .wait = wait, .again = candidate.tries > 0, .rescue = rescue_for(sent, candidate.can_prefill)};
        if (!best || rank(step) < rank(*best)) best = step;
    }
    return best;
}

std::optional<Plan::Step> Plan::hedge(const Sent& sent, TimePoint now) const {
    if (begun_ >= settings_.attempts) return std::nullopt;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
        const Candidate& candidate = candidates_[i];
        if (candidate.tries == 0 && candidate.not_before <= now && possible(candidate, sent)) {
            return Step{.target = i, .rescue = rescue_for(sent, candidate.can_prefill)};
        }
    }
    return std::nullopt;
}

void Plan::begun(std::size_t target) {
    ++begun_;
    ++candidates_[target].tries;
    wait_for_.reset();
}

void Plan::failed(std::size_t target, ErrorClass why, std::optional<std::chrono::milliseconds> retry_after, TimePoint now, Rng& rng) {
    Candidate& candidate = candidates_[target];
    if (!try_again(why)) {
        candidate.out = true;
        return;
    }
    auto wait = settings_.backoff.delay(candidate.tries - 1, rng);
    if (why == ErrorClass::overloaded && (retry_after || settings_.background)) {
        wait = retry_after.value_or(std::chrono::ceil<std::chrono::milliseconds>(settings_.default_retry_after));
        const bool too_long = !settings_.background && wait > settings_.patience;
        if (candidate.waited || too_long) candidate.out = true;
        candidate.waited = true;
        if (settings_.background) wait_for_ = target;
    }
    candidate.not_before = now + wait;
}
}  // namespace rondo::llm
