#pragma once
#include "base/async/timer.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "engine/ledger/alert.hpp"
#include "engine/ledger/budget.hpp"
#include "engine/ledger/config.hpp"
#include "engine/ledger/entry.hpp"
#include "engine/ledger/reservation.hpp"
#include "engine/ledger/slot.hpp"
#include "engine/ledger/spend_monitor.hpp"
#include "platform/store/database.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <expected>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace rondo::ledger {
/// Everything that is spent, below every surface: reserve before the call, settle after it.
///
/// Budgets are counted per UTC day and month for the spender's tenant, user, API key and session. A reservation takes from all of
/// them or from none. It takes from slices of the limits that were written down before, so it waits for the disk only when a
/// slice is used up, or at a subject's first call (decision 0011). After a crash what was sliced off and not settled counts as
/// spent, so no limit is passed but by what providers bill beyond the estimates.
///
/// Thread-safe. Lifecycle: construct, open(), ..., tend() once a second, ..., close() after the last reservation is over and
/// before the database stops. The executor's loop must run until close() has returned.
class UsageLedger {
public:
    struct Options {
        store::Database& database;      ///< with migration() and a UsageProjection; outlives the ledger
        asio::any_io_executor executor; ///< writes what nobody waits for; its context outlives the ledger
        AlertSink on_alert{};
    };
    UsageLedger(Options options, Settings settings);
    ~UsageLedger();
    UsageLedger(const UsageLedger&) = delete;

    /// Reads the budgets that were set. Errors: the store's.
    [[nodiscard]] asio::awaitable<Status> open();
    /// New settings, from the next reservation on.
    void configure(Settings settings);

    using Reserved = std::expected<Reservation, Refusal>;
    /// Sets `estimate` (>= 0) aside in every budget the spender falls under. What is free is never refused.
    /// Waits for the disk where it must; a cancelled caller gets its answer all the same. Refusals: see Refusal.
    [[nodiscard]] asio::awaitable<Reserved> reserve(Spender spender, Money estimate);
    /// The same without waiting; nullopt when it would have to.
    [[nodiscard]] std::optional<Reserved> try_reserve(const Spender& spender, Money estimate);

    [[nodiscard]] Money cost(std::string_view model, const Usage& usage) const;

    /// How the subject stands, by Period. Errors: the store's.
    [[nodiscard]] asio::awaitable<Result<std::array<BudgetReport, 2>>> report(Subject subject);
    /// The budget in force: the one that was set, else the default of its kind.
    [[nodiscard]] Budget budget(const Subject& subject) const;
    /// Sets a budget; it holds, durably, once this returns. Errors: the store's, `invalid_argument`.
    [[nodiscard]] asio::awaitable<Status> put(StoredBudget budget);
    /// Back to the default of its kind. Errors: the store's.
    [[nodiscard]] asio::awaitable<Status> reset(Subject subject);
    /// Gives back what a process that died had drawn and nobody settled, after somebody compared with the provider's bill. Returns how
    /// much: of the day's window, or of the month's where that is more. Errors: the store's.
    [[nodiscard]] asio::awaitable<Result<Money>> reconcile(Subject subject);

    /// Waits until what was settled before this call is in the journal. Errors: the store's; it is tried again by itself.
    [[nodiscard]] asio::awaitable<Status> flush();
    /// Housekeeping: writes again what the disk refused, gives idle slices back, lets old usage go.
    [[nodiscard]] asio::awaitable<void> tend();
    /// Writes all that is settled and gives all slices back. Errors: the store's; what is not written counts as spent.
    [[nodiscard]] asio::awaitable<Status> close();

    struct Stats {
        std::int64_t reserved, refused, waited;  ///< reservations since the start; `waited`: for the disk
        std::int64_t settled, cost_micros;       ///< calls since the start, and what they cost
        std::int64_t accounts, unsaved;          ///< now
    };
    [[nodiscard]] Stats stats() const;

private:
    friend class Reservation;
    using SlotMap = std::unordered_map<Subject, Slot, SubjectHash, SubjectEqual>;

    /// What one attempt to reserve found; either it holds, or it says what is missing.
    struct Found {
        std::array<Slot*, 4> slots{};
        std::optional<Exhausted> exhausted{};
        bool absent{false}, dry{false};
    };
    /// What goes to the disk in one commit for nobody in particular.
    struct Save {
        std::vector<Unsaved> entries{};
        std::vector<Draw> draws{};
        store::Batch batch{};
    };
    struct Loading {
        int readers{0};
        bool stale{false};  // what they read may be old by now
    };

    // All with mutex_ held.
    [[nodiscard]] Windows advance(WallTime now);
    [[nodiscard]] const Budget& budget_of(const SubjectView& subject) const;
    [[nodiscard]] Slot* find(const SubjectView& subject);
    [[nodiscard]] Found look(const Spender& spender, Money estimate, const Windows& now);
    void outdate(const SubjectView& subject);
    [[nodiscard]] Draw draw(Slot& slot, Money need);
    void end(const Draw& draw, bool written);
    void want_more(Slot& slot);
    [[nodiscard]] bool begin_work();
    [[nodiscard]] Save take();
    void watch(Slot& slot, WallTime now, std::vector<Alert>& alerts);
    void tell_reached(Slot& slot, Period period, WallTime now, std::vector<Alert>& alerts);
    [[nodiscard]] std::vector<Draw> close_some(bool all);

    Money settle(Reservation& reservation, std::span<const Call> calls, store::Batch* batch);
    void release(Reservation& reservation) noexcept;
    void tell(const std::vector<Alert>& alerts) const;

    void work();  // starts the writing of what waits
    asio::awaitable<void> keep_saving();
    asio::awaitable<Status> save();
    asio::awaitable<Status> prepare(Spender spender, Money estimate);
    asio::awaitable<Status> load(std::vector<Subject> subjects);
    asio::awaitable<Status> draw_all(std::vector<Draw> draws, Money need);
    asio::awaitable<Status> close_idle(bool all);
    static asio::awaitable<Status> refuse(Error error);
    asio::awaitable<Status> change(Subject subject, std::optional<Budget> budget);

    store::Database& database_;
    const asio::any_io_executor executor_;
    const AlertSink on_alert_;
    Timer gather_;  // touched on the executor only

    mutable std::mutex mutex_;
    Settings settings_;
    SpendMonitor monitor_;
    std::unordered_map<Subject, Budget, SubjectHash, SubjectEqual> budgets_;  // those that were set
    std::array<std::int64_t, 4> set_of_kind_{};                               // how many of them, by SubjectKind
    SlotMap slots_;
    std::unordered_map<Subject, Loading, SubjectHash, SubjectEqual> loading_;
    Windows latest_{};      // windows never go back, whatever the wall clock does
    std::deque<Unsaved> outbox_;
    std::int64_t unsaved_{0};  // entries in the outbox and on their way
    std::vector<Slot*> wanted_;
    int saving_{0};         // saves under way
    bool working_{false};   // keep_saving() runs
    std::size_t bucket_{0}; // where the search for idle slots goes on
    TimePoint prune_at_{};
    bool changing_{false};  // a budget
    Stats stats_{};
};
}  // namespace rondo::ledger
