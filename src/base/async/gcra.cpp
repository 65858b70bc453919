#include "base/async/gcra.hpp"

#include <algorithm>
#include <cassert>

namespace rondo {
namespace {
/// The time one unit is worth, rounded up so that a limit is never exceeded. Fits: at most 24 h each, and a burst is at most
/// one period and a nanosecond a unit.
Clock::duration each(const Gcra::Rate& rate) {
    assert(rate.units >= 1 && rate.units <= 1'000'000'000 && rate.burst >= 1 && rate.burst <= rate.units);
    assert(rate.period > Clock::duration::zero() && rate.period <= std::chrono::hours{24});
    return Clock::duration{(rate.period.count() + rate.units - 1) / rate.units};
}

/// How the limit stands when the whole burst is there again in `away`.
Gcra::Verdict standing(const Gcra::Rate& rate, Clock::duration away) {
    const auto free = each(rate) * rate.burst - away;
    return {.admitted = true, .remaining = std::max<std::int64_t>(0, free / each(rate)), .retry_after = {}, .reset_after = away};
}

Gcra::Verdict refusal(const Gcra::Rate& rate, std::int64_t cost, Clock::duration away) {
    auto verdict = standing(rate, away);
    verdict.admitted = false;
    verdict.retry_after = away - each(rate) * (rate.burst - std::min(cost, rate.burst));
    return verdict;
}
}  // namespace

Gcra::Verdict Gcra::take(const Rate& rate, std::int64_t cost, TimePoint now) {
    assert(cost >= 1);
    const auto away = std::max(full_, now) - now;
    if (cost > rate.burst || away > each(rate) * (rate.burst - cost)) return refusal(rate, cost, away);
    full_ = now + away + each(rate) * cost;
    return standing(rate, full_ - now);
}

Gcra::Verdict Gcra::look(const Rate& rate, TimePoint now) const {
    const auto away = std::max(full_, now) - now;
    return away > each(rate) * (rate.burst - 1) ? refusal(rate, 1, away) : standing(rate, away);
}

void Gcra::charge(const Rate& rate, std::int64_t cost, TimePoint now) {
    assert(cost >= 0);
    const auto most = each(rate) * rate.burst * kMaxDebt;
    const auto away = std::max(full_, now) - now;
    const auto added = each(rate) * std::min(cost, rate.burst * kMaxDebt);
    full_ = now + std::max(away, std::min(away + added, most));
}
}  // namespace rondo
