#pragma once
#include "base/money.hpp"
#include "engine/ledger/amount.hpp"
#include "engine/ledger/budget.hpp"
#include "engine/ledger/calendar.hpp"
#include "engine/ledger/subject.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace rondo::ledger {
/// What may be spent of a limit without asking the disk again: the ceiling of each window, written down before it is used.
struct Allowance {
    std::int64_t version{0};  ///< of what is written for one subject the highest stands, in whatever order it comes
    Windows windows;
    std::array<std::optional<Money>, 2> ceiling{};  ///< of each Period; absent without a limit

    [[nodiscard]] bool empty() const { return !ceiling[0] && !ceiling[1]; }
};

/// What the disk says of a subject's window when its account is opened.
struct Opening {
    Money settled;      ///< sum of the entries
    Money ceiling;      ///< of the last allowance, 0 without one
    bool ours{false};   ///< that allowance was drawn by this process
};

/// The counts of one subject in the windows of now, and the slices they are drawn from.
///
/// `used + held <= ceiling` for every window with a limit that refuses, except where providers billed more than was estimated;
/// and no ceiling in use is above what the disk has. So after a crash the greater of ceiling and settled sum is never less
/// than what was spent. Pure: no clock, no lock; the owner sees to both.
class Account {
public:
    Account(Subject subject, Budget budget, Windows now, const std::array<Opening, 2>& found);

    [[nodiscard]] const Subject& subject() const { return subject_; }
    [[nodiscard]] const Budget& budget() const { return budget_; }
    void set(const Budget& budget) { budget_ = budget; }

    /// Begins the windows that are new; an earlier `now` changes nothing.
    void roll(const Windows& now);
    [[nodiscard]] const Windows& windows() const { return windows_; }

    /// The first limit that `estimate` would pass, whether it refuses or not.
    [[nodiscard]] std::optional<Period> passes(Money estimate) const;
    /// True when the slices in hand suffice for `estimate`.
    [[nodiscard]] bool covers(Money estimate) const;

    void hold(Money estimate);
    /// Gives back what was held in the windows of `when`; windows that are over do not mind.
    void release(const Windows& when, Money held);
    /// Books `cost` to the windows of `when`, however much it is.
    void book(const Windows& when, Money cost);

    /// True when the next reservations may soon have to wait for an allowance.
    [[nodiscard]] bool runs_low(int slice_percent) const;
    /// The allowance that `need` on top of what is used and held calls for, a slice ahead and never above the limit.
    [[nodiscard]] Allowance draw(Money need, int slice_percent);
    void granted(const Allowance& allowance);  ///< it is on the disk
    /// Gives back what is not used; nothing is held. Until the next grant nothing is covered.
    [[nodiscard]] Allowance close();

    /// Takes back what an earlier process left open; returns the sum of the day's window, or the month's where that is more.
    Money reconcile();

    /// True once per window, period and event.
    [[nodiscard]] bool first_warning(Period period);
    [[nodiscard]] bool first_reached(Period period);

    [[nodiscard]] BudgetReport report(Period period) const;
    [[nodiscard]] bool holds() const { return counts_[0].held.micros > 0 || counts_[1].held.micros > 0; }
    [[nodiscard]] Money used(Period period) const { return at(period).used; }
    [[nodiscard]] Money taken(Period period) const { return add(at(period).used, at(period).held); }

private:
    struct Count {
        Money used, held;
        Money ceiling;      // on the disk
        Money asked;        // on its way there, or `ceiling`
        Money unaccounted;
        bool warned{false}, reached{false};
    };
    [[nodiscard]] const Count& at(Period period) const { return counts_[static_cast<std::size_t>(period)]; }
    [[nodiscard]] Count& at(Period period) { return counts_[static_cast<std::size_t>(period)]; }
    [[nodiscard]] bool refuses(Period period) const { return budget_.limit(period) && !budget_.shadow; }
    [[nodiscard]] Money slice(Period period, int percent) const;

    Subject subject_;
    Budget budget_;
    Windows windows_;
    std::array<Count, 2> counts_{};
};
}  // namespace rondo::ledger
