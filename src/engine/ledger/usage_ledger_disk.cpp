// What of the ledger waits for the disk: opening accounts, drawing and closing allowances, saving entries.
#include "engine/ledger/repository.hpp"
#include "engine/ledger/usage_ledger.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace rondo::ledger {
namespace {
using namespace std::chrono_literals;
constexpr int kRounds = 16;  // of being too late, because others took what was drawn
constexpr std::size_t kEntriesPerSave = 2'048;
constexpr std::size_t kClosedAtOnce = 256;
constexpr std::size_t kBucketsAtOnce = 4'096;
constexpr Clock::duration kPruneEvery = 60s;
}  // namespace

asio::awaitable<UsageLedger::Reserved> UsageLedger::reserve(Spender spender, Money estimate) {
    if (auto reserved = try_reserve(spender, estimate)) co_return std::move(*reserved);
    // What is begun below is counted, so it must be ended by us and not by an exception.
    co_await asio::this_coro::throw_if_cancelled(false);
    {
        const std::scoped_lock lock{mutex_};
        ++stats_.waited;
    }
    for (int round = 0; round < kRounds; ++round) {
        const Status ready = co_await prepare(spender, estimate);
        if (!ready) {
            const std::scoped_lock lock{mutex_};
            ++stats_.refused;
            co_return std::unexpected{Refusal{ready.error()}};
        }
        if (auto reserved = try_reserve(spender, estimate)) co_return std::move(*reserved);
    }
    co_return std::unexpected{Refusal{{Code::unavailable, "the budget is contended; try again shortly", {}, "LEDGER_BUSY"}}};
}

/// One step towards a reservation: opens the accounts that are not in memory and enlarges the allowances that are too small.
asio::awaitable<Status> UsageLedger::prepare(Spender spender, Money estimate) {
    std::vector<Subject> absent;
    std::vector<Draw> draws;
    {
        const std::scoped_lock lock{mutex_};
        const Windows now = advance(Clock::wall());
        for (const SubjectKind kind : kSubjectKinds) {
            if (!spender.has(kind)) continue;
            const SubjectView view = spender.subject(kind);
            if (!budget_of(view).limited()) continue;
            Slot* slot = find(view);
            if (!slot) {
                absent.push_back({kind, spender.scope.tenant, std::string{view.id}});
                ++loading_[absent.back()].readers;
                continue;
            }
            slot->account.roll(now);
            if (slot->account.covers(estimate)) continue;
            slot->waiting = slot->waiting + estimate;
            draws.push_back(draw(*slot, slot->waiting));
        }
    }
    Status drawn;
    if (!draws.empty()) drawn = co_await draw_all(std::move(draws), estimate);
    if (!absent.empty()) {
        const Status loaded = co_await load(std::move(absent));
        if (!loaded) co_return loaded;
    }
    co_return drawn;
}

asio::awaitable<Status> UsageLedger::draw_all(std::vector<Draw> draws, Money need) {
    store::Batch batch;
    for (const Draw& draw : draws) repository::append(batch, draw.slot->account.subject(), draw.allowance);
    const auto written = co_await database_.commit(std::move(batch));
    const std::scoped_lock lock{mutex_};
    for (const Draw& draw : draws) {
        draw.slot->waiting = draw.slot->waiting - need;
        end(draw, written.has_value());
    }
    co_return written ? Status{} : propagate(written);
}

Draw UsageLedger::draw(Slot& slot, Money need) {
    Draw out{.slot = &slot, .allowance = slot.account.draw(need, settings_.config.slice_percent)};
    out.allowance.version = slot.version = database_.next_token();
    slot.drawn = true;
    slot.used_at = Clock::now();
    ++slot.drawing;
    ++slot.pins;
    return out;
}

void UsageLedger::end(const Draw& draw, bool written) {
    if (written) draw.slot->account.granted(draw.allowance);
    --draw.slot->drawing;
    --draw.slot->pins;
}

void UsageLedger::want_more(Slot& slot) {
    if (slot.wanted || slot.drawing > 0 || !slot.account.runs_low(settings_.config.slice_percent)) return;
    slot.wanted = true;
    ++slot.pins;
    wanted_.push_back(&slot);
}

/// Reads what the tables say of subjects that are counted in loading_.
asio::awaitable<Status> UsageLedger::load(std::vector<Subject> subjects) {
    Windows now;
    {
        const std::scoped_lock lock{mutex_};
        now = advance(Clock::wall());
    }
    // Entries of these subjects may be on their way; the tables must have them before they are read.
    Status status = co_await save();
    if (status) status = co_await database_.projected(database_.stats().last_seq);
    std::vector<std::array<Opening, 2>> found;
    if (status) {
        auto read = co_await database_.read(
            [&subjects, &now, generation = database_.generation()](store::Reader& reader) -> Result<std::vector<std::array<Opening, 2>>> {
                std::vector<std::array<Opening, 2>> openings;
                for (const Subject& subject : subjects) {
                    auto opening = repository::opening(reader, subject, now, generation);
                    if (!opening) return propagate(opening);
                    openings.push_back(*opening);
                }
                return openings;
            });
        if (read) found = std::move(*read);
        else status = propagate(read);
    }
    const std::scoped_lock lock{mutex_};
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        const auto loading = loading_.find(subjects[i]);
        const bool stale = loading->second.stale;
        if (--loading->second.readers == 0) loading_.erase(loading);
        if (!status || stale || find(subjects[i].view())) continue;
        if (static_cast<std::int64_t>(slots_.size()) >= settings_.config.max_accounts) {
            status = fail(
                Error{Code::resource_exhausted, "too many budgets are in use; raise max_accounts or try again shortly", {}, "LEDGER_FULL"});
            continue;
        }
        slots_.emplace(subjects[i],
                       Slot{.account = Account{subjects[i], budget_of(subjects[i].view()), now, found[i]}, .used_at = Clock::now()});
    }
    co_return status;
}

/// What is being read of the subject is no longer all there is.
void UsageLedger::outdate(const SubjectView& subject) {
    if (const auto loading = loading_.find(subject); loading != loading_.end()) loading->second.stale = true;
}

bool UsageLedger::begin_work() { return !std::exchange(working_, true); }
void UsageLedger::work() { asio::co_spawn(executor_, keep_saving(), asio::detached); }

asio::awaitable<void> UsageLedger::keep_saving() {
    for (;;) {
        std::chrono::milliseconds gather{};
        {
            const std::scoped_lock lock{mutex_};
            gather = settings_.config.flush_interval;
        }
        // A commit of its own for each call would cost more than all the rest of the call.
        if (gather.count() > 0) {
            gather_.expires_after(gather);
            boost::system::error_code hurried;
            co_await gather_.async_wait(asio::redirect_error(asio::use_awaitable, hurried));
        }
        const Status saved = co_await save();
        const std::scoped_lock lock{mutex_};
        // What was refused waits for tend() or the next entry.
        if (saved && !(outbox_.empty() && wanted_.empty())) continue;
        working_ = false;
        co_return;
    }
}

UsageLedger::Save UsageLedger::take() {
    Save save;
    const std::size_t count = std::min(outbox_.size(), kEntriesPerSave);
    for (std::size_t i = 0; i < count; ++i) {
        save.batch.append(kStream, kSettled, outbox_.front().body);
        save.entries.push_back(std::move(outbox_.front()));
        outbox_.pop_front();
    }
    for (Slot* slot : std::exchange(wanted_, {})) {
        slot->wanted = false;
        save.draws.push_back(draw(*slot, slot->waiting));
        --slot->pins;
        repository::append(save.batch, slot->account.subject(), save.draws.back().allowance);
    }
    return save;
}

/// Writes what waits, at least behind what others are writing.
asio::awaitable<Status> UsageLedger::save() {
    Save save;
    {
        const std::scoped_lock lock{mutex_};
        save = take();
        if (save.batch.empty() && saving_ == 0) co_return Status{};
        ++saving_;
    }
    const auto written = co_await database_.commit(std::move(save.batch));
    const std::scoped_lock lock{mutex_};
    --saving_;
    for (const Draw& draw : save.draws) end(draw, written.has_value());
    if (!written) {
        outbox_.insert(outbox_.begin(), std::make_move_iterator(save.entries.begin()), std::make_move_iterator(save.entries.end()));
        co_return propagate(written);
    }
    unsaved_ -= static_cast<std::int64_t>(save.entries.size());
    for (const Unsaved& entry : save.entries) {
        for (Slot* slot : entry.slots) {
            if (slot) --slot->pins;
        }
    }
    co_return Status{};
}

asio::awaitable<Status> UsageLedger::flush() {
    co_await asio::this_coro::throw_if_cancelled(false);
    std::size_t saves = 1;
    {
        const std::scoped_lock lock{mutex_};
        saves += outbox_.size() / kEntriesPerSave;
    }
    Status saved;
    for (; saves > 0 && saved; --saves) saved = co_await save();
    co_return saved;
}

/// Closes idle accounts. Those with nothing on the disk to take back go at once; the others are returned, to be written.
std::vector<Draw> UsageLedger::close_some(bool all) {
    const TimePoint quiet_since = Clock::now() - settings_.config.idle_close;
    std::vector<Draw> draws;
    std::vector<Subject> gone;
    const std::size_t buckets = all ? slots_.bucket_count() : std::min(kBucketsAtOnce, slots_.bucket_count());
    for (std::size_t i = 0; i < buckets && (all || draws.size() < kClosedAtOnce); ++i) {
        if (++bucket_ >= slots_.bucket_count()) bucket_ = 0;
        for (auto each = slots_.begin(bucket_); each != slots_.end(bucket_); ++each) {
            Slot& slot = each->second;
            if (slot.pins > 0 || (!all && slot.used_at > quiet_since)) continue;
            if (!slot.drawn) {
                gone.push_back(each->first);
                continue;
            }
            Draw close{.slot = &slot, .allowance = slot.account.close()};
            close.allowance.version = slot.version = database_.next_token();
            ++slot.drawing;
            ++slot.pins;
            draws.push_back(std::move(close));
        }
    }
    for (const Subject& subject : gone) {
        outdate(subject.view());
        slots_.erase(subject);
    }
    return draws;
}

asio::awaitable<Status> UsageLedger::close_idle(bool all) {
    std::vector<Draw> draws;
    store::Batch batch;
    {
        const std::scoped_lock lock{mutex_};
        draws = close_some(all);
    }
    if (draws.empty()) co_return Status{};
    for (const Draw& draw : draws) repository::append(batch, draw.slot->account.subject(), draw.allowance);
    const auto written = co_await database_.commit(std::move(batch));
    const std::scoped_lock lock{mutex_};
    for (const Draw& draw : draws) {
        Slot& slot = *draw.slot;
        --slot.drawing;
        --slot.pins;
        // Drawn again meanwhile: it is in use. Not written: tried again.
        if (!written || slot.version != draw.allowance.version) continue;
        slot.drawn = false;
        if (slot.pins > 0) continue;
        const Subject subject = slot.account.subject();
        outdate(subject.view());
        slots_.erase(subject);
    }
    co_return written ? Status{} : propagate(written);
}

asio::awaitable<void> UsageLedger::tend() {
    co_await asio::this_coro::throw_if_cancelled(false);
    bool begin = false, prune = false;
    std::int64_t keep_days = 0;
    {
        const std::scoped_lock lock{mutex_};
        begin = !(outbox_.empty() && wanted_.empty()) && begin_work();
        prune = Clock::now() >= prune_at_;
        if (prune) prune_at_ = Clock::now() + kPruneEvery;
        keep_days = settings_.config.keep_days;
    }
    if (begin) work();
    if (prune) {
        const std::int64_t today = windows_at(Clock::wall()).day();
        store::Batch batch;
        repository::prune(batch, today - keep_days, today);
        static_cast<void>(co_await database_.commit(std::move(batch)));  // what stays goes the next time
    }
    static_cast<void>(co_await close_idle(false));  // tried again at the next call
}

asio::awaitable<Status> UsageLedger::close() {
    co_await asio::this_coro::throw_if_cancelled(false);
    for (;;) {
        const Status saved = co_await save();
        {
            const std::scoped_lock lock{mutex_};
            if (!working_ && saving_ == 0) {
                if (!saved) co_return saved;
                if (outbox_.empty() && wanted_.empty()) break;
            }
        }
        // Whoever waits for more entries shall not; and he may wait on this very loop.
        asio::post(executor_, [this] { gather_.cancel(); });
        co_await asio::post(executor_, asio::use_awaitable);
    }
    co_return co_await close_idle(true);
}
}  // namespace rondo::ledger
