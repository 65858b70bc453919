#include "mind/guard/rate_limiter.hpp"

#include <algorithm>
#include <chrono>

namespace rondo::guard {
namespace {
/// How many of the least recently used keys are looked at for an idle one. One in debt may lie among them for a while.
constexpr int kLooks = 8;
constexpr std::chrono::seconds kWhenFull{1};

Gcra::Rate per_minute(std::int64_t units) { return {.units = units, .period = std::chrono::minutes{1}, .burst = units}; }

RateLimiter::Window window(std::int64_t limit, const Gcra::Verdict& said) { return {limit, said.remaining, said.reset_after}; }
}  // namespace

RateLimiter::Verdict RateLimiter::admit(std::string_view key, const Limits& limits, TimePoint now) {
    Verdict verdict;
    if (limits == Limits{}) return verdict;
    const std::scoped_lock lock{mutex_};
    Entry* const entry = enter(key, now);
    if (entry == nullptr) return {.admitted = false, .refused_by = "keys", .retry_after = kWhenFull};
    // Tokens first: looking at them takes nothing, so a request they refuse costs no request.
    if (limits.tokens_per_minute > 0) {
        const auto said = entry->tokens.look(per_minute(limits.tokens_per_minute), now);
        verdict.tokens = window(limits.tokens_per_minute, said);
        if (!said.admitted)
            verdict = {.admitted = false, .refused_by = "tokens", .retry_after = said.retry_after, .tokens = verdict.tokens};
    }
    if (limits.requests_per_minute > 0) {
        const auto rate = per_minute(limits.requests_per_minute);
        const auto said = verdict.admitted ? entry->requests.take(rate, 1, now) : entry->requests.look(rate, now);
        verdict.requests = window(limits.requests_per_minute, said);
        if (!said.admitted) {
            if (verdict.admitted) verdict.refused_by = "requests";
            verdict.admitted = false;
            verdict.retry_after = std::max(verdict.retry_after, said.retry_after);
        }
    }
    return verdict;
}

void RateLimiter::spend(std::string_view key, const Limits& limits, std::int64_t tokens, TimePoint now) {
    if (limits.tokens_per_minute <= 0 || tokens <= 0) return;
    const std::scoped_lock lock{mutex_};
    if (Entry* const entry = enter(key, now)) entry->tokens.charge(per_minute(limits.tokens_per_minute), tokens, now);
}

std::size_t RateLimiter::keys() const {
    const std::scoped_lock lock{mutex_};
    return order_.size();
}

/// The key's entry, now the most recently used; null when there is no room for it.
RateLimiter::Entry* RateLimiter::enter(std::string_view key, TimePoint now) {
    if (const auto known = by_key_.find(key); known != by_key_.end()) {
        order_.splice(order_.begin(), order_, known->second);
        return &order_.front();
    }
    if (order_.size() >= max_keys_ && !make_room(now)) return nullptr;
    order_.push_front({.key = std::string{key}, .requests = {}, .tokens = {}});
    by_key_.emplace(order_.front().key, order_.begin());
    return &order_.front();
}

bool RateLimiter::make_room(TimePoint now) {
    auto at = order_.end();
    for (int looks = 0; looks < kLooks && at != order_.begin(); ++looks) {
        --at;
        if (!at->idle(now)) continue;
        by_key_.erase(at->key);
        order_.erase(at);
        return true;
    }
    return false;
}
}  // namespace rondo::guard
