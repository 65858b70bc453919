#include "platform/store/reader_pool.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <exception>
#include <utility>

namespace rondo::store {
namespace {
void answer(WaiterPtr<void> waiter, Status status) {
    waiter->set(std::move(status));
    Deliveries deliveries;
    deliveries.add(std::move(waiter));
    deliveries.flush();
}
}  // namespace

Result<std::vector<Row>> Reader::query(Sql sql, const std::vector<Value>& params) {
    auto statement = connection_.prepare(sql);
    if (!statement) return propagate(statement);
    if (const int rc = statement->bind_all(params); rc != SQLITE_OK)
        return fail(connection_.error(rc, fmt::format("binding \"{}\"", sql.text())));
    std::vector<Row> rows;
    int rc = statement->step();
    for (; rc == SQLITE_ROW; rc = statement->step()) {
        if (static_cast<std::int64_t>(rows.size()) == max_rows_)
            return fail(Code::resource_exhausted, fmt::format("more than {} rows; ask for a page of them", max_rows_));
        rows.push_back(statement->row());
    }
    if (rc != SQLITE_DONE) return fail(connection_.error(rc, fmt::format("\"{}\"", sql.text())));
    return rows;
}

void ReaderPool::start() {
    for (Connection& connection : connections_) {
        threads_.emplace_back([this, &connection] {
            pthread_setname_np(pthread_self(), "store-reader");
            run(connection);
        });
    }
}

void ReaderPool::stop() {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    for (Pending& pending : queue_) answer(std::move(pending.waiter), fail(Code::unavailable, "the store stopped before it was started"));
    queue_.clear();
}

void ReaderPool::enqueue(Job job, WaiterPtr<void> waiter) {
    Status refusal;
    {
        const std::scoped_lock lock{mutex_};
        if (stopping_) {
            refusal = fail(Code::unavailable, "the server is stopping; try again shortly");
        } else if (queue_.size() >= static_cast<std::size_t>(config_.read_queue)) {
            refusal = fail(Error{Code::resource_exhausted, "too many reads wait; try again shortly", {}, "READ_QUEUE_FULL"});
        } else {
            queue_.push_back({std::move(job), std::move(waiter)});
            wake_.notify_one();
            return;
        }
    }
    answer(std::move(waiter), std::move(refusal));
}

void ReaderPool::run(Connection& connection) {
    std::unique_lock lock{mutex_};
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        Pending pending = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        answer(std::move(pending.waiter), perform(connection, pending.job));
        lock.lock();
    }
}

Status ReaderPool::perform(Connection& connection, const Job& job) const {
    if (const int rc = connection.run("BEGIN"); rc != SQLITE_DONE) return fail(connection.error(rc, "beginning a read"));
    Status status;
    try {
        Reader reader{connection, config_.read_rows};
        job(reader);
    } catch (const std::exception& thrown) { status = fail(Code::internal, fmt::format("a read failed: {}", thrown.what())); }
    if (const int rc = connection.run("ROLLBACK"); rc != SQLITE_DONE && status) status = fail(connection.error(rc, "ending a read"));
    return status;
}
}  // namespace rondo::store
