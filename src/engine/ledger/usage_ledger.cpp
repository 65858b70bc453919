#include "engine/ledger/usage_ledger.hpp"

#include "base/json.hpp"
#include "engine/ledger/amount.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace rondo::ledger {
namespace {
std::size_t index(SubjectKind kind) { return static_cast<std::size_t>(kind); }

Refusal refusal(const Exhausted& e) {
    std::string message = fmt::format("the budget of {} for this {} is used up ({} of {}); it is new again at {}", text(e.subject),
                                      name(e.period), amount_text(e.used), amount_text(e.limit), iso8601(e.resets_at));
    const boost::json::object details{{"subject", text(e.subject)},         {"period", std::string{name(e.period)}},
                                      {"used", to_units(e.used)},           {"limit", to_units(e.limit)},
                                      {"requested", to_units(e.requested)}, {"resets_at", iso8601(e.resets_at)}};
    return {.error = {.code = Code::resource_exhausted,
                      .message = std::move(message),
                      .reason = "BUDGET_EXHAUSTED",
                      .retry_after = std::chrono::ceil<std::chrono::milliseconds>(e.resets_at - Clock::wall()),
                      .details = json::write(details)},
            .exhausted = e};
}
}  // namespace

UsageLedger::UsageLedger(Options options, Settings settings)
    : database_{options.database},
      executor_{std::move(options.executor)},
      on_alert_{std::move(options.on_alert)},
      gather_{executor_},
      settings_{std::move(settings)},
      monitor_{settings_.thresholds()} {}

UsageLedger::~UsageLedger() {
    assert(std::ranges::none_of(slots_, [](const auto& slot) { return slot.second.account.holds(); }));
}

void UsageLedger::configure(Settings settings) {
    const std::scoped_lock lock{mutex_};
    settings_ = std::move(settings);
    monitor_.set(settings_.thresholds());
    for (auto& [subject, slot] : slots_) slot.account.set(budget_of(subject.view()));
}

const Budget& UsageLedger::budget_of(const SubjectView& subject) const {
    if (set_of_kind_[index(subject.kind)] > 0) {
        if (const auto set = budgets_.find(subject); set != budgets_.end()) return set->second;
    }
    return settings_.budget(subject.kind);
}

Budget UsageLedger::budget(const Subject& subject) const {
    const std::scoped_lock lock{mutex_};
    return budget_of(subject.view());
}

Money UsageLedger::cost(std::string_view model, const Usage& usage) const {
    const std::scoped_lock lock{mutex_};
    return settings_.prices.cost(model, usage);
}

Windows UsageLedger::advance(WallTime now) {
    const Windows windows = windows_at(now);
    for (std::size_t i = 0; i < kPeriods.size(); ++i) latest_.number[i] = std::max(latest_.number[i], windows.number[i]);
    return latest_;
}

Slot* UsageLedger::find(const SubjectView& subject) {
    const auto found = slots_.find(subject);
    return found == slots_.end() ? nullptr : &found->second;
}

UsageLedger::Found UsageLedger::look(const Spender& spender, Money estimate, const Windows& now) {
    Found found;
    for (const SubjectKind kind : kSubjectKinds) {
        if (!spender.has(kind)) continue;
        const SubjectView subject = spender.subject(kind);
        const Budget& budget = budget_of(subject);
        if (!budget.limited()) continue;
        Slot* slot = find(subject);
        if (!slot) {
            found.absent = true;
            continue;
        }
        slot->account.roll(now);
        found.slots[index(kind)] = slot;
        const auto passed = budget.shadow ? std::nullopt : slot->account.passes(estimate);
        if (passed && !found.exhausted) {
            found.exhausted = Exhausted{.subject = slot->account.subject(),
                                        .period = *passed,
                                        .used = slot->account.taken(*passed),
                                        .limit = *budget.limit(*passed),
                                        .requested = estimate,
                                        .resets_at = end_of(*passed, slot->account.windows().of(*passed))};
        }
        found.dry = found.dry || !slot->account.covers(estimate);
    }
    return found;
}

std::optional<UsageLedger::Reserved> UsageLedger::try_reserve(const Spender& spender, Money estimate) {
    assert(estimate.micros >= 0);
    const WallTime wall = Clock::wall();
    if (estimate.micros == 0) {
        const std::scoped_lock lock{mutex_};
        ++stats_.reserved;
        return Reservation{*this, spender, estimate, advance(wall)};
    }
    std::vector<Alert> alerts;
    std::optional<Reserved> out;
    bool begin = false;
    {
        const std::scoped_lock lock{mutex_};
        if (unsaved_ >= settings_.config.max_unsaved) {
            ++stats_.refused;
            return std::unexpected{Refusal{{Code::unavailable, "the ledger waits for the disk; try again shortly", {}, "LEDGER_BEHIND"}}};
        }
        const Windows now = advance(wall);
        const Found found = look(spender, estimate, now);
        if (found.exhausted) {
            ++stats_.refused;
            out = std::unexpected{refusal(*found.exhausted)};
            tell_reached(*find(found.exhausted->subject.view()), found.exhausted->period, wall, alerts);
        } else if (found.absent || found.dry) {
            return std::nullopt;
        } else {
            const TimePoint used_at = Clock::now();
            for (Slot* slot : found.slots) {
                if (!slot) continue;
                slot->account.hold(estimate);
                slot->used_at = used_at;
                ++slot->pins;
                want_more(*slot);
            }
            ++stats_.reserved;
            begin = !wanted_.empty() && begin_work();
            Reservation reservation{*this, spender, estimate, now};
            reservation.slots_ = found.slots;
            out = std::move(reservation);
        }
    }
    if (begin) work();
    tell(alerts);
    return out;
}

Money UsageLedger::settle(Reservation& reservation, std::span<const Call> calls, store::Batch* batch) {
    const WallTime wall = Clock::wall();
    const TimePoint used_at = Clock::now();
    std::vector<Money> costs;
    std::vector<Alert> alerts;
    Money total;
    costs.reserve(calls.size());
    std::array<Slot*, 4> slots = reservation.slots_;
    bool begin = false;
    {
        const std::scoped_lock lock{mutex_};
        for (const Call& call : calls) {
            costs.push_back(settings_.prices.cost(call.model, call.usage));
            total = add(total, costs.back());
            monitor_.observe(reservation.spender_, call, costs.back(), wall, alerts);
        }
        for (const SubjectKind kind : kSubjectKinds) {
            Slot* slot = slots[index(kind)];
            if (slot) {
                slot->account.release(reservation.windows_, reservation.estimate_);
                slot->used_at = used_at;
                if (batch || calls.empty()) --slot->pins;
            } else if (total.micros > 0 && reservation.spender_.has(kind)) {
                // Not reserved: it was free by the estimate, or the limit is younger than the reservation.
                const SubjectView subject = reservation.spender_.subject(kind);
                slot = find(subject);
                outdate(subject);
            }
            if (!slot || total.micros == 0) continue;
            slot->account.book(reservation.windows_, total);
            watch(*slot, wall, alerts);
            want_more(*slot);
        }
        stats_.settled += static_cast<std::int64_t>(calls.size());
        stats_.cost_micros = add(Money{stats_.cost_micros}, total).micros;
        begin = batch && !wanted_.empty() && begin_work();
    }
    std::vector<Unsaved> entries;
    entries.reserve(calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i) {
        Entry entry{.spender = reservation.spender_, .day = reservation.windows_.day(), .call = calls[i], .cost = costs[i]};
        if (batch) batch->append(kStream, kSettled, entry.encode());
        else entries.push_back({.body = entry.encode(), .slots = std::exchange(slots, {})});
    }
    if (!entries.empty()) {
        const std::scoped_lock lock{mutex_};
        std::ranges::move(entries, std::back_inserter(outbox_));
        unsaved_ += static_cast<std::int64_t>(entries.size());
        begin = begin_work();
    }
    reservation.ledger_ = nullptr;
    if (begin) work();
    tell(alerts);
    return total;
}

void UsageLedger::release(Reservation& reservation) noexcept {
    const std::scoped_lock lock{mutex_};
    for (Slot* slot : reservation.slots_) {
        if (!slot) continue;
        slot->account.release(reservation.windows_, reservation.estimate_);
        --slot->pins;
    }
}

/// Tells what the slot's new sum calls for.
void UsageLedger::watch(Slot& slot, WallTime now, std::vector<Alert>& alerts) {
    for (const Period period : kPeriods) {
        const auto& limit = slot.account.budget().limit(period);
        if (!limit) continue;
        const Money used = slot.account.used(period);
        if (used >= *limit) tell_reached(slot, period, now, alerts);
        if (slot.account.first_warning(period))
            alerts.push_back({.kind = Alert::Kind::budget_warning,
                              .subject = slot.account.subject(),
                              .period = period,
                              .amount = used,
                              .threshold = *limit,
                              .at = now});
    }
}

void UsageLedger::tell_reached(Slot& slot, Period period, WallTime now, std::vector<Alert>& alerts) {
    if (!slot.account.first_reached(period)) return;
    alerts.push_back({.kind = Alert::Kind::limit_reached,
                      .subject = slot.account.subject(),
                      .period = period,
                      .amount = slot.account.taken(period),
                      .threshold = *slot.account.budget().limit(period),
                      .at = now});
}

void UsageLedger::tell(const std::vector<Alert>& alerts) const {
    if (!on_alert_) return;
    for (const Alert& alert : alerts) on_alert_(alert);
}

UsageLedger::Stats UsageLedger::stats() const {
    const std::scoped_lock lock{mutex_};
    Stats stats = stats_;
    stats.accounts = static_cast<std::int64_t>(slots_.size());
    stats.unsaved = unsaved_;
    return stats;
}

Reservation::Reservation(Reservation&& other) noexcept
    : ledger_{std::exchange(other.ledger_, nullptr)},
      spender_{std::move(other.spender_)},
      estimate_{other.estimate_},
      windows_{other.windows_},
      slots_{other.slots_} {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
    if (this == &other) return *this;
    release();
    ledger_ = std::exchange(other.ledger_, nullptr);
    spender_ = std::move(other.spender_);
    estimate_ = other.estimate_;
    windows_ = other.windows_;
    slots_ = other.slots_;
    return *this;
}

Money Reservation::settle(std::span<const Call> calls) {
    assert(open());
    return ledger_->settle(*this, calls, nullptr);
}

Money Reservation::settle(std::span<const Call> calls, store::Batch& batch) {
    assert(open());
    return ledger_->settle(*this, calls, &batch);
}

void Reservation::release() noexcept {
    if (UsageLedger* ledger = std::exchange(ledger_, nullptr)) ledger->release(*this);
}
}  // namespace rondo::ledger
