// Budgets: set, asked about, reconciled.
#include "engine/ledger/repository.hpp"
#include "engine/ledger/usage_ledger.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace rondo::ledger {
namespace {
constexpr int kRounds = 16;  // of finding the account gone again
constexpr std::int64_t kBudgetsPerRead = 1'000;

std::size_t index(SubjectKind kind) { return static_cast<std::size_t>(kind); }
}  // namespace

asio::awaitable<Status> UsageLedger::open() {
    std::optional<Subject> after;
    for (bool more = true; more;) {
        auto page = co_await database_.read(
            [&after](store::Reader& reader) { return repository::budgets(reader, after ? &*after : nullptr, kBudgetsPerRead); });
        if (!page) co_return propagate(page);
        more = static_cast<std::int64_t>(page->size()) == kBudgetsPerRead;
        if (more) after = page->back().subject;
        const std::scoped_lock lock{mutex_};
        for (const StoredBudget& stored : *page) {
            budgets_.insert_or_assign(stored.subject, stored.budget);
            ++set_of_kind_[index(stored.subject.kind)];
        }
    }
    co_return Status{};
}

asio::awaitable<Status> UsageLedger::put(StoredBudget stored) {
    const auto sound = [](const std::optional<Money>& limit) { return !limit || limit->micros >= 0; };
    const Budget& b = stored.budget;
    if (!sound(b.day) || !sound(b.month)) return refuse({Code::invalid_argument, "a limit may not be negative"});
    if (b.warn_percent < 1 || b.warn_percent > 100) return refuse({Code::invalid_argument, "warn_percent must be from 1 to 100"});
    return change(std::move(stored.subject), stored.budget);
}

asio::awaitable<Status> UsageLedger::reset(Subject subject) { return change(std::move(subject), std::nullopt); }

asio::awaitable<Status> UsageLedger::refuse(Error error) { co_return fail(std::move(error)); }

asio::awaitable<Status> UsageLedger::change(Subject subject, std::optional<Budget> budget) {
    co_await asio::this_coro::throw_if_cancelled(false);
    {
        // One at a time, so that memory and disk agree on which came last.
        const std::scoped_lock lock{mutex_};
        if (std::exchange(changing_, true)) co_return fail(Code::aborted, "another budget is being changed; try again");
    }
    store::Batch batch;
    if (budget) repository::append(batch, {subject, *budget});
    else repository::erase_budget(batch, subject);
    const auto written = co_await database_.commit(std::move(batch));
    const std::scoped_lock lock{mutex_};
    changing_ = false;
    if (!written) co_return propagate(written);
    std::int64_t& count = set_of_kind_[index(subject.kind)];
    if (budget) {
        count += budgets_.insert_or_assign(subject, *budget).second ? 1 : 0;
    } else {
        count -= static_cast<std::int64_t>(budgets_.erase(subject));
    }
    if (Slot* slot = find(subject.view())) slot->account.set(budget_of(subject.view()));
    co_return Status{};
}

asio::awaitable<Result<std::array<BudgetReport, 2>>> UsageLedger::report(Subject subject) {
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto of = [](const Account& account) { return std::array{account.report(Period::day), account.report(Period::month)}; };
    Windows now;
    {
        const std::scoped_lock lock{mutex_};
        now = advance(Clock::wall());
        if (Slot* slot = find(subject.view())) {
            slot->account.roll(now);
            co_return of(slot->account);
        }
    }
    if (const Status saved = co_await save(); !saved) co_return propagate(saved);
    // A full disk keeps the tables behind, not from being read.
    static_cast<void>(co_await database_.projected(database_.stats().last_seq));
    const auto opening =
        co_await database_.read([&](store::Reader& reader) { return repository::opening(reader, subject, now, database_.generation()); });
    if (!opening) co_return propagate(opening);
    const std::scoped_lock lock{mutex_};
    co_return of(Account{subject, budget_of(subject.view()), now, *opening});
}

asio::awaitable<Result<Money>> UsageLedger::reconcile(Subject subject) {
    co_await asio::this_coro::throw_if_cancelled(false);
    for (int round = 0; round < kRounds; ++round) {
        {
            const std::scoped_lock lock{mutex_};
            if (!budget_of(subject.view()).limited()) co_return Money{};
            if (Slot* slot = find(subject.view())) {
                slot->account.roll(advance(Clock::wall()));
                slot->drawn = true;  // closing the account makes it durable
                co_return slot->account.reconcile();
            }
            ++loading_[subject].readers;
        }
        if (const Status loaded = co_await load({subject}); !loaded) co_return propagate(loaded);
    }
    co_return fail(Code::unavailable, "the account is contended; try again shortly");
}
}  // namespace rondo::ledger
