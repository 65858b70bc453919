#include "engine/ledger/spend_monitor.hpp"

#include "engine/ledger/amount.hpp"

#include <algorithm>
#include <utility>

namespace rondo::ledger {
void SpendMonitor::observe(const Spender& spender, const Call& call, Money cost, WallTime now, std::vector<Alert>& out) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
    const std::int64_t window = seconds / thresholds_.window;
    const std::int64_t minute = std::chrono::floor<std::chrono::minutes>(seconds).count();
    if (std::exchange(told_window_, window) != window) told_.clear();
    if (thresholds_.request_cost.micros > 0 && cost > thresholds_.request_cost) request_cost(spender, call, cost, now, out);

    Tenant* state = tenant(spender.scope.tenant.value, window, minute);
    if (!state) return;
    const Subject subject{SubjectKind::tenant, spender.scope.tenant, {}};
    cache_rate(*state, subject, call.usage, now, out);
    spike(*state, subject, cost, minute, now, out);
}

SpendMonitor::Tenant* SpendMonitor::tenant(const std::string& name, std::int64_t window, std::int64_t minute) {
    auto found = tenants_.find(name);
    if (found == tenants_.end()) {
        if (tenants_.size() >= kTenants) std::erase_if(tenants_, [&](const auto& other) { return other.second.window + 1 < window; });
        if (tenants_.size() >= kTenants) return nullptr;
        found = tenants_.emplace(name, Tenant{.window = window, .first_minute = minute, .minute = minute}).first;
    }
    Tenant& state = found->second;
    if (std::exchange(state.window, window) != window) {
        state.input = state.cached = {};
        state.rate_told = state.spike_told = false;
    }
    return &state;
}

void SpendMonitor::request_cost(const Spender& spender, const Call& call, Money cost, WallTime now, std::vector<Alert>& out) {
    const SubjectKind kind = spender.has(SubjectKind::user) ? SubjectKind::user : SubjectKind::tenant;
    const SubjectView who = spender.subject(kind);
    if (told_.size() >= kCallers || told_.contains(who)) return;
    const Subject subject{kind, spender.scope.tenant, std::string{who.id}};
    told_.insert(subject);
    out.push_back({.kind = Alert::Kind::request_cost,
                   .subject = subject,
                   .amount = cost,
                   .threshold = thresholds_.request_cost,
                   .decision_id = call.decision_id,
                   .at = now});
}

void SpendMonitor::cache_rate(Tenant& state, const Subject& subject, const Usage& usage, WallTime now, std::vector<Alert>& out) const {
    state.input += usage.input + usage.cache_write + usage.cache_read;
    state.cached += usage.cache_read;
    if (state.rate_told || thresholds_.cache_hit_percent == 0 || state.input.count == 0 || state.input < thresholds_.cache_min_tokens)
        return;
    const double percent = 100.0 * static_cast<double>(state.cached.count) / static_cast<double>(state.input.count);
    if (percent >= thresholds_.cache_hit_percent) return;
    state.rate_told = true;
    out.push_back({.kind = Alert::Kind::cache_hit_rate, .subject = subject, .percent = percent, .at = now});
}

void SpendMonitor::spike(Tenant& state, const Subject& subject, Money cost, std::int64_t minute, WallTime now,
                         std::vector<Alert>& out) const {
    const auto slot = [&](std::int64_t of) -> Money& { return state.spent[static_cast<std::size_t>(of % (kMinutes + 1))]; };
    if (minute < state.minute) return;  // the wall clock was set back: wait until it has caught up
    for (std::int64_t quiet = std::max(state.minute + 1, minute - kMinutes); quiet <= minute; ++quiet) slot(quiet) = {};
    state.minute = minute;
    slot(minute) = add(slot(minute), cost);

    const std::int64_t before = std::min(minute - state.first_minute, kMinutes);
    if (state.spike_told || thresholds_.spike_factor == 0 || before < kLearning || slot(minute) < thresholds_.spike_floor) return;
    Money history;
    for (std::int64_t past = minute - before; past < minute; ++past) history = add(history, slot(past));
    const Money mean{history.micros / before};
    if (static_cast<__int128>(slot(minute).micros) <= static_cast<__int128>(mean.micros) * thresholds_.spike_factor) return;
    state.spike_told = true;
    out.push_back({.kind = Alert::Kind::spend_spike, .subject = subject, .amount = slot(minute), .threshold = mean, .at = now});
}
}  // namespace rondo::ledger
