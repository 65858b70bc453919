#include "engine/ledger/account.hpp"

#include <algorithm>
#include <utility>

namespace rondo::ledger {
namespace {
std::size_t index(Period period) { return static_cast<std::size_t>(period); }
}  // namespace

Account::Account(Subject subject, Budget budget, Windows now, const std::array<Opening, 2>& found)
    : subject_{std::move(subject)}, budget_{budget}, windows_{now} {
    for (const Period period : kPeriods) {
        const Opening& opening = found[index(period)];
        Count& count = at(period);
        // What was drawn and not settled may have been spent by a call whose end nobody saw.
        count.used = std::max(opening.settled, opening.ceiling);
        if (!opening.ours) count.unaccounted = count.used - opening.settled;
        count.ceiling = count.asked = count.used;
    }
}

void Account::roll(const Windows& now) {
    for (const Period period : kPeriods) {
        if (now.of(period) <= windows_.of(period)) continue;
        windows_.number[index(period)] = now.of(period);
        at(period) = {};
    }
}

std::optional<Period> Account::passes(Money estimate) const {
    for (const Period period : kPeriods) {
        const auto& limit = budget_.limit(period);
        if (limit && add(taken(period), estimate) > *limit) return period;
    }
    return std::nullopt;
}

bool Account::covers(Money estimate) const {
    return std::ranges::all_of(kPeriods,
                               [&](Period period) { return !refuses(period) || add(taken(period), estimate) <= at(period).ceiling; });
}

void Account::hold(Money estimate) {
    for (Count& count : counts_) count.held = add(count.held, estimate);
}

void Account::release(const Windows& when, Money held) {
    for (const Period period : kPeriods) {
        if (when.of(period) == windows_.of(period)) at(period).held = at(period).held - held;
    }
}

void Account::book(const Windows& when, Money cost) {
    for (const Period period : kPeriods) {
        if (when.of(period) == windows_.of(period)) at(period).used = add(at(period).used, cost);
    }
}

Money Account::slice(Period period, int percent) const {
    const std::int64_t limit = budget_.limit(period)->micros;
    return Money{std::max<std::int64_t>(1, limit / 100 * percent + limit % 100 * percent / 100)};
}

bool Account::runs_low(int slice_percent) const {
    return std::ranges::any_of(kPeriods, [&](Period period) {
        const Count& count = at(period);
        if (!refuses(period)) return false;
        if (taken(period) > count.ceiling) return true;  // billed past the estimate: the disk should know
        return count.ceiling < *budget_.limit(period) && (count.ceiling - taken(period)).micros < slice(period, slice_percent).micros / 2;
    });
}

Allowance Account::draw(Money need, int slice_percent) {
    Allowance allowance{.windows = windows_};
    for (const Period period : kPeriods) {
        if (!refuses(period)) continue;
        Count& count = at(period);
        const Money wanted = add(add(taken(period), need), slice(period, slice_percent));
        count.asked = std::max({count.asked, taken(period), std::min(wanted, *budget_.limit(period))});
        allowance.ceiling[index(period)] = count.asked;
    }
    return allowance;
}

void Account::granted(const Allowance& allowance) {
    for (const Period period : kPeriods) {
        const auto& ceiling = allowance.ceiling[index(period)];
        if (!ceiling || allowance.windows.of(period) != windows_.of(period)) continue;
        Count& count = at(period);
        count.ceiling = std::max(count.ceiling, *ceiling);
        count.asked = std::max(count.asked, count.ceiling);
    }
}

Allowance Account::close() {
    Allowance allowance{.windows = windows_};
    for (const Period period : kPeriods) {
        Count& count = at(period);
        count.ceiling = count.asked = count.used;
        allowance.ceiling[index(period)] = count.used;
    }
    return allowance;
}

Money Account::reconcile() {
    Money most;
    for (Count& count : counts_) {
        most = std::max(most, count.unaccounted);
        count.used = count.used - count.unaccounted;
        count.unaccounted = {};
    }
    return most;
}

bool Account::first_warning(Period period) {
    const auto& limit = budget_.limit(period);
    Count& count = at(period);
    if (!limit || count.warned) return false;
    const auto share = static_cast<__int128>(count.used.micros) * 100;
    count.warned = share >= static_cast<__int128>(limit->micros) * budget_.warn_percent;
    return count.warned;
}

bool Account::first_reached(Period period) { return !std::exchange(at(period).reached, true); }

BudgetReport Account::report(Period period) const {
    const Count& count = at(period);
    return {.subject = subject_,
            .period = period,
            .window = windows_.of(period),
            .used = count.used,
            .held = count.held,
            .unaccounted = count.unaccounted,
            .limit = budget_.limit(period),
            .shadow = budget_.shadow,
            .resets_at = end_of(period, windows_.of(period))};
}
}  // namespace rondo::ledger
