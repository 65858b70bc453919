#include "platform/store/projector.hpp"

#include "platform/store/writer.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace rondo::store {
namespace {
constexpr Sql kMoveCursor = "UPDATE meta SET value = ?1 WHERE key = 'projected_seq'";
constexpr Sql kTrim = "DELETE FROM journal WHERE seq BETWEEN ?1 AND ?2";
constexpr Sql kOldRows = "SELECT seq, stream FROM journal WHERE seq <= ?1 ORDER BY seq";
constexpr Sql kReject = "INSERT OR REPLACE INTO journal_rejected(seq, stream, kind, body, reason) VALUES(?1, ?2, ?3, ?4, ?5)";

/// True when the row cannot be blamed: the disk, a lock or a stopping store said no.
bool environmental(const Error& error) {
    return error.code == Code::insufficient_storage || error.code == Code::unavailable || error.code == Code::data_loss;
}

Error stopped() { return {Code::unavailable, "the store stopped before the row was projected"}; }
}  // namespace

Projector::Projector(Connection reader, std::vector<Projection*> projections, const Config& config, Writer& writer, Holds& holds,
                     Health& health, std::int64_t projected_seq)
    : connection_{std::move(reader)},
      projections_{std::move(projections)},
      config_{config},
      writer_{writer},
      holds_{holds},
      health_{health},
      projected_{projected_seq},
      noticed_{projected_seq},
      accounted_{projected_seq} {}

void Projector::start() {
    thread_ = std::thread{[this] {
        pthread_setname_np(pthread_self(), "store-project");
        run();
    }};
}

void Projector::stop() {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    answer_waiters(stopped());
}

void Projector::committed(std::int64_t last_seq) {
    const std::scoped_lock lock{mutex_};
    if (last_seq <= noticed_) return;  // a group without journal rows, our own for one
    noticed_ = last_seq;
    const bool urgent = last_seq - projected_seq() >= config_.projection_rows;
    if (dirty_ && urgent <= urgent_) return;
    dirty_ = true;
    urgent_ = urgent_ || urgent;
    wake_.notify_one();
}

void Projector::released() {
    const std::scoped_lock lock{mutex_};
    if (!std::exchange(dirty_, true)) wake_.notify_one();
}

void Projector::wait(std::int64_t seq, WaiterPtr<void> waiter) {
    {
        const std::scoped_lock lock{mutex_};
        if (seq > projected_seq() && !stopping_) {
            waits_.push_back({seq, std::move(waiter)});
            dirty_ = urgent_ = true;
            wake_.notify_one();
            return;
        }
    }
    waiter->set(seq <= projected_seq() ? Status{} : fail(Code::unavailable, "the store is stopping"));
    Deliveries deliveries;
    deliveries.add(std::move(waiter));
    deliveries.flush();
}

void Projector::run() {
    take_over_old_rows();
    std::unique_lock lock{mutex_};
    dirty_ = true;  // what the last process committed and did not project
    for (bool last = false; !last;) {
        wake_.wait(lock, [this] { return dirty_ || stopping_; });
        wake_.wait_for(lock, config_.projection_interval, [this] { return urgent_ || stopping_; });
        last = stopping_;
        dirty_ = urgent_ = false;
        lock.unlock();
        const bool done = catch_up();
        answer_waiters(verdict(done));
        lock.lock();
        if (!done && !health_.failed()) dirty_ = true;  // the disk is full, say: again after the interval
    }
}

void Projector::take_over_old_rows() {
    auto statement = connection_.prepare(kOldRows);
    if (!statement) return tolerate(statement.error());
    statement->bind(1, projected_seq());
    std::vector<Holds::Applied> rows;
    int rc = statement->step();
    for (; rc == SQLITE_ROW; rc = statement->step()) rows.push_back({statement->integer(0), statement->integer(1)});
    if (rc != SQLITE_DONE) tolerate(connection_.error(rc, "reading the journal"));  // what was not seen stays until the next start
    going_ = holds_.applied(rows);
}

bool Projector::catch_up() {
    for (;;) {
        switch (pass()) {
            case Pass::nothing_left: return true;
            case Pass::failed: return false;
            case Pass::more: break;
        }
    }
}

Projector::Pass Projector::pass() {
    if (health_.failed()) return Pass::failed;
    // Far behind, larger batches: each waits for its turn between the groups of a loaded writer.
    const std::int64_t behind = writer_.stats().last_seq.load(std::memory_order_acquire) - projected_seq();
    const std::int64_t limit = std::clamp(behind, config_.projection_rows, 4 * config_.projection_rows);
    std::vector<JournalRow> rows;
    const std::int64_t cursor = projected_seq();
    const auto read = read_journal(connection_, cursor, limit, cursor, [&](JournalRow row) { rows.push_back(std::move(row)); });
    if (!read) {
        if (read.error().code == Code::data_loss) health_.fatal(read.error());
        tolerate(read.error());
        return Pass::failed;
    }
    if (rows.empty() && going_.empty() && !holds_.anything_released()) return Pass::nothing_left;
    Batch batch;
    const bool sound = apply(rows, batch).has_value();
    const Status committed = sound ? commit(rows, std::move(batch)) : Status{};
    if (sound && !committed && environmental(committed.error())) {
        tolerate(committed.error());
        return Pass::failed;
    }
    // Some row of the many cannot be applied: find it.
    if ((!sound || !committed) && !one_by_one(rows)) return Pass::failed;
    trouble_.reset();
    return static_cast<std::int64_t>(rows.size()) < limit ? Pass::nothing_left : Pass::more;
}

/// Commits `batch`, the cursor behind `rows`, and the deletions that are due.
Status Projector::commit(std::span<const JournalRow> rows, Batch batch) {
    const std::int64_t cursor = rows.empty() ? projected_seq() : rows.back().seq;
    account(rows);
    if (!rows.empty()) batch.execute(kMoveCursor, {cursor});
    const bool trim = cursor >= accounted_;  // a row must not go before it is applied
    if (trim) {
        for (const auto& range : going_) batch.execute(kTrim, {range.first, range.last});
    }
    if (batch.empty()) return {};
    if (auto receipt = writer_.commit_blocking(std::move(batch)); !receipt) return propagate(receipt);
    if (trim) going_.clear();
    projected_.store(cursor, std::memory_order_release);
    return {};
}

bool Projector::one_by_one(std::span<const JournalRow> rows) {
    for (const JournalRow& row : rows) {
        const auto alone = std::span{&row, 1};
        Batch batch;
        Status status = apply(alone, batch);
        if (status) status = commit(alone, std::move(batch));
        if (!status && !environmental(status.error())) {
            ++rejected_;
            health_.warn({Code::internal, fmt::format("journal row {} (stream {}, kind {}) cannot be projected and was set aside in "
                                                      "journal_rejected: {}",
                                                      row.seq, row.stream, row.kind, status.error().message)});
            Batch aside;
            aside.execute(kReject, {row.seq, row.stream, std::int64_t{row.kind}, BlobValue{*row.body}, status.error().message});
            status = commit(alone, std::move(aside));
        }
        if (!status) {
            tolerate(status.error());
            return false;
        }
    }
    return true;
}

Status Projector::apply(std::span<const JournalRow> rows, Batch& out) {
    for (Projection* projection : projections_) {
        try {
            projection->apply(rows, out);
        } catch (const std::exception& thrown) {
            return fail(Code::internal, fmt::format("projection {}: {}", projection->name(), thrown.what()));
        }
    }
    return {};
}

void Projector::account(std::span<const JournalRow> rows) {
    std::vector<Holds::Applied> fresh;
    for (const JournalRow& row : rows) {
        if (row.seq > accounted_) fresh.push_back({row.seq, row.stream});
    }
    const auto ranges = holds_.applied(fresh);
    going_.insert(going_.end(), ranges.begin(), ranges.end());
    if (!fresh.empty()) accounted_ = fresh.back().seq;
}

/// Warns once per outage; the caller goes on later.
void Projector::tolerate(const Error& error) {
    if (!std::exchange(trouble_, error)) health_.warn({error.code, "projections wait: " + error.message});
}

/// What to tell those whose row was not reached: nothing when another try may come soon. Space may not be had for hours, and readers
/// had better see what is there.
std::optional<Error> Projector::verdict(bool done) const {
    if (health_.failed()) return stopped();
    if (!done && trouble_ && trouble_->code == Code::insufficient_storage) return trouble_;
    return std::nullopt;
}

/// Answers whose row is projected, and the others with the error when there is one.
void Projector::answer_waiters(const std::optional<Error>& others) {
    std::vector<Wait> ready;
    {
        const std::scoped_lock lock{mutex_};
        std::vector<Wait> waiting;
        for (Wait& wait : waits_) (others || wait.seq <= projected_seq() ? ready : waiting).push_back(std::move(wait));
        waits_ = std::move(waiting);
    }
    Deliveries deliveries;
    for (Wait& wait : ready) {
        wait.waiter->set(wait.seq <= projected_seq() ? Status{} : fail(*others));
        deliveries.add(std::move(wait.waiter));
    }
    deliveries.flush();
}
}  // namespace rondo::store
