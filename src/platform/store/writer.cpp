#include "platform/store/writer.hpp"

#include "platform/store/journal.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <chrono>
#include <utility>

namespace rondo::store {
namespace {
constexpr Sql kBegin = "BEGIN IMMEDIATE";
constexpr Sql kCommit = "COMMIT";
constexpr Sql kRollback = "ROLLBACK";
constexpr Sql kSave = "SAVEPOINT batch";
constexpr Sql kUndo = "ROLLBACK TO batch";
constexpr Sql kKeep = "RELEASE batch";
constexpr Sql kInsert = "INSERT INTO journal(seq, stream, kind, crc, body) VALUES(?1, ?2, ?3, ?4, ?5)";
}  // namespace

Writer::Writer(Connection connection, const Config& config, std::int64_t generation, std::int64_t last_seq, Health& health,
               OnGroup on_group)
    : connection_{std::move(connection)},
      config_{config},
      fences_{generation},
      health_{health},
      on_group_{std::move(on_group)},
      last_seq_{last_seq} {
    stats_.last_seq = last_seq;
    sqlite3_wal_hook(
        connection_.handle(),
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<Writer*>(self)->wal_pages_ = pages;
            return SQLITE_OK;
        },
        this);
}

void Writer::start() {
    thread_ = std::thread{[this] {
        pthread_setname_np(pthread_self(), "store-writer");
        run();
    }};
}

void Writer::close() {
    const std::scoped_lock lock{mutex_};
    closed_ = true;
}

void Writer::stop() {
    {
        const std::scoped_lock lock{mutex_};
        closed_ = stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    // Never started: nobody else will answer what is queued.
    for (Pending& pending : queue_) answer(pending, fail(Code::unavailable, "the store stopped before it was started"));
    queue_.clear();
    deliveries_.flush();
}

void Writer::enqueue(Pending pending) {
    std::optional<Error> refusal;
    {
        const std::scoped_lock lock{mutex_};
        if (health_.failed()) {
            refusal = Health::refusal();
        } else if (closed_) {
            refusal = Error{Code::unavailable, "the server is stopping; try again shortly"};
        } else if (queue_bytes_ + pending.batch.bytes() > static_cast<std::size_t>(config_.queue_bytes)) {
            refusal = Error{Code::resource_exhausted, "the store's write queue is full; try again shortly", {}, "WRITE_QUEUE_FULL"};
        } else {
            queue_bytes_ += pending.batch.bytes();
            queue_.push_back(std::move(pending));
            stats_.queued.store(static_cast<std::int64_t>(queue_.size()), std::memory_order_relaxed);
            if (std::exchange(sleeping_, false)) wake_.notify_one();
            return;
        }
    }
    if (!pending.waiter) return unheard(*refusal);
    pending.waiter->set(fail(std::move(*refusal)));
    Deliveries deliveries;
    deliveries.add(std::move(pending.waiter));
    deliveries.flush();
}

Result<Receipt> Writer::commit_blocking(Batch batch) {
    std::promise<Result<Receipt>> promise;
    auto answered = promise.get_future();
    {
        const std::scoped_lock lock{mutex_};
        if (stopping_ || health_.failed()) return fail(Health::refusal());
        queue_bytes_ += batch.bytes();
        queue_.push_back({std::move(batch), nullptr, &promise});
        sleeping_ = false;
    }
    wake_.notify_one();
    return answered.get();
}

void Writer::between_groups(const std::function<void()>& work) {
    std::unique_lock lock{mutex_};
    paused_ = true;
    idle_.wait(lock, [this] { return !in_group_; });
    lock.unlock();
    work();
    lock.lock();
    paused_ = false;
    wake_.notify_one();
}

void Writer::run() {
    std::vector<Pending> taken;
    std::unique_lock lock{mutex_};
    for (;;) {
        while (paused_ || (queue_.empty() && !stopping_)) {
            sleeping_ = true;
            wake_.wait(lock);
        }
        sleeping_ = false;
        if (queue_.empty()) return;
        std::swap(taken, queue_);
        queue_bytes_ = 0;
        stats_.queued.store(0, std::memory_order_relaxed);
        in_group_ = true;
        lock.unlock();
        write_groups(taken);
        taken.clear();
        lock.lock();
        in_group_ = false;
        if (paused_) idle_.notify_one();
    }
}

void Writer::write_groups(std::vector<Pending>& taken) {
    for (std::size_t begin = 0; begin < taken.size();) {
        const std::size_t end = group_end(taken, begin);
        write_group(std::span{taken}.subspan(begin, end - begin));
        begin = end;
    }
}

std::size_t Writer::group_end(const std::vector<Pending>& taken, std::size_t begin) const {
    std::size_t end = begin + 1;
    std::size_t bytes = taken[begin].batch.bytes();
    while (end < taken.size() && end - begin < static_cast<std::size_t>(config_.group_batches)) {
        bytes += taken[end].batch.bytes();
        if (bytes > static_cast<std::size_t>(config_.group_bytes)) break;
        ++end;
    }
    return end;
}

void Writer::write_group(std::span<Pending> group) {
    const auto begun = std::chrono::steady_clock::now();
    const std::int64_t before = last_seq_;
    group_error_.reset();
    outcomes_.clear();
    wal_pages_ = 0;
    if (health_.failed()) {
        group_error_ = Health::refusal();
    } else if (const int rc = connection_.run(kBegin); rc != SQLITE_DONE) {
        note(rc, "beginning a commit");
    }
    for (Pending& pending : group) {
        if (group_error_) break;
        outcomes_.push_back(apply(pending.batch));
    }
    if (!group_error_) {
        if (const int rc = connection_.run(kCommit); rc != SQLITE_DONE) note(rc, "committing");
    }
    if (group_error_) {
        if (connection_.in_transaction()) static_cast<void>(connection_.run(kRollback));  // best effort: the error to tell is the first one
        last_seq_ = before;
        ++stats_.failed_groups;
        for (Pending& pending : group) answer(pending, fail(*group_error_));
    } else {
        ++stats_.groups;
        const auto took = std::chrono::steady_clock::now() - begun;
        stats_.commit_us += std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        stats_.rows += last_seq_ - before;
        stats_.last_seq.store(last_seq_, std::memory_order_release);
        for (std::size_t i = 0; i < group.size(); ++i) answer(group[i], std::move(outcomes_[i]));
        if (wal_pages_ > 0) on_group_(last_seq_, wal_pages_);
    }
    deliveries_.flush();
}

void Writer::answer(Pending& pending, Result<Receipt> result) {
    if (result) {
        ++stats_.batches;
    } else if (!group_error_) {
        ++stats_.refused;
    }
    if (pending.blocked != nullptr) {
        pending.blocked->set_value(std::move(result));
    } else if (pending.waiter) {
        pending.waiter->set(std::move(result));
        deliveries_.add(std::move(pending.waiter));
    } else if (!result) {
        unheard(result.error());
    }
}

void Writer::unheard(const Error& error) {
    if (stats_.unheard++ != 0) return;
    health_.warn({error.code, "a write nobody waits for failed; the next ones are only counted. " + error.message});
}

Result<Receipt> Writer::apply(Batch& batch) {
    for (const auto& fence : batch.fences()) {
        if (!fences_.admits(fence.key, fence.token))
            return fail(Error{Code::aborted, "a later holder has taken over; this one must stop", {}, "STALE_FENCE"});
    }
    for (const auto& fence : batch.fences()) fences_.raise(fence.key, fence.token);
    if (!batch.statements().empty()) {
        if (auto status = apply_statements(batch); !status) return propagate(status);
    }
    const std::int64_t before = last_seq_;
    for (const auto& row : batch.rows()) {
        if (auto status = insert_row(row); !status) return propagate(status);
    }
    return last_seq_ == before ? Receipt{} : Receipt{before + 1, last_seq_};
}

Status Writer::apply_statements(Batch& batch) {
    // Only what can fail on its own needs a savepoint; an append under a fresh number cannot.
    if (const int rc = connection_.run(kSave); rc != SQLITE_DONE) return fail(note(rc, "marking a batch"));
    for (const auto& statement : batch.statements()) {
        auto status = run_statement(statement);
        if (status) continue;
        if (!group_error_) {
            if (const int rc = connection_.run(kUndo); rc != SQLITE_DONE) note(rc, "undoing a batch");
            if (const int rc = connection_.run(kKeep); rc != SQLITE_DONE) note(rc, "undoing a batch");
        }
        return status;
    }
    if (const int rc = connection_.run(kKeep); rc != SQLITE_DONE) return fail(note(rc, "keeping a batch"));
    return {};
}

Status Writer::run_statement(const Batch::Statement& wanted) {
    auto statement = connection_.prepare(wanted.sql);
    if (!statement) return fail(note(connection_.last_code(), fmt::format("preparing \"{}\"", wanted.sql.text())));
    if (const int rc = statement->bind_all(wanted.params); rc != SQLITE_OK)
        return fail(connection_.error(rc, fmt::format("binding \"{}\"", wanted.sql.text())));
    std::int64_t returned = 0;
    int rc = statement->step();
    for (; rc == SQLITE_ROW; rc = statement->step()) ++returned;
    if (rc != SQLITE_DONE) return fail(note(rc, fmt::format("\"{}\"", wanted.sql.text())));
    const std::int64_t touched = statement->read_only() ? returned : connection_.changes();
    if (wanted.guard && touched != 1) return fail(Error{Code::aborted, wanted.otherwise, {}, "GUARD"});
    return {};
}

Status Writer::insert_row(const Batch::Append& row) {
    const std::int64_t seq = last_seq_ + 1;
    auto statement = connection_.prepare(kInsert);
    if (statement) {
        statement->bind(1, seq);
        statement->bind(2, row.stream);
        statement->bind(3, std::int64_t{row.kind});
        statement->bind(4, std::int64_t{row_checksum(row.body_crc, seq, row.stream, row.kind)});
        statement->bind_blob(5, row.body);
    }
    const int rc = statement ? statement->step() : connection_.last_code();
    if (rc != SQLITE_DONE) {
        const Error error = note(rc, "appending to the journal");
        if (!group_error_) group_error_ = error;  // an append has no failure of its own
        return fail(error);
    }
    last_seq_ = seq;
    return {};
}

/// Turns a result code into an error, and decides whose it is: the statement's, the group's, or the store's.
Error Writer::note(int rc, std::string_view doing) {
    Error error = connection_.error(rc, doing);
    const Trouble trouble = trouble_of(rc);
    // SQLite may have rolled the whole transaction back for an error that looks local.
    if (trouble != Trouble::statement || !connection_.in_transaction()) group_error_ = error;
    if (trouble == Trouble::fatal) {
        health_.fatal(error);
        group_error_ = error = Health::refusal();
    }
    return error;
}
}  // namespace rondo::store
