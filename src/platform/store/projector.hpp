#pragma once
#include "platform/store/config.hpp"
#include "platform/store/health.hpp"
#include "platform/store/holds.hpp"
#include "platform/store/journal.hpp"
#include "platform/store/projection.hpp"
#include "platform/store/sqlite.hpp"
#include "platform/store/waiter.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace rondo::store {
class Writer;

/// The thread that carries the projections behind the journal: reads committed rows, applies them, and writes the result, the
/// cursor and the deletion of rows nobody needs as one batch through the writer. Public functions are thread-safe.
class Projector {
public:
    Projector(Connection reader, std::vector<Projection*> projections, const Config& config, Writer& writer, Holds& holds, Health& health,
              std::int64_t projected_seq);
    ~Projector() { stop(); }

    void start();
    void stop();  ///< applies all that is committed, then joins; waiters that cannot be served get `unavailable`

    void committed(std::int64_t last_seq);  ///< there may be rows to apply
    void released();                        ///< there may be rows to delete
    void wait(std::int64_t seq, WaiterPtr<void> waiter);

    [[nodiscard]] std::int64_t projected_seq() const { return projected_.load(std::memory_order_acquire); }
    [[nodiscard]] std::int64_t rejected() const { return rejected_.load(std::memory_order_relaxed); }

private:
    enum class Pass { nothing_left, more, failed };
    struct Wait {
        std::int64_t seq;
        WaiterPtr<void> waiter;
    };

    void run();
    void take_over_old_rows();
    bool catch_up();
    Pass pass();
    Status commit(std::span<const JournalRow> rows, Batch batch);
    bool one_by_one(std::span<const JournalRow> rows);
    Status apply(std::span<const JournalRow> rows, Batch& out);
    void account(std::span<const JournalRow> rows);
    void tolerate(const Error& error);
    void answer_waiters(const std::optional<Error>& others);
    [[nodiscard]] std::optional<Error> verdict(bool done) const;

    Connection connection_;
    const std::vector<Projection*> projections_;
    const Config config_;
    Writer& writer_;
    Holds& holds_;
    Health& health_;
    std::atomic<std::int64_t> projected_, rejected_{0};

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Wait> waits_;
    std::int64_t noticed_;
    bool dirty_{false}, urgent_{false}, stopping_{false};

    // The projector thread's own.
    std::vector<Holds::Range> going_;  // to delete with a batch that moves the cursor to accounted_ or beyond
    std::int64_t accounted_;           // rows up to here were shown to holds_
    std::optional<Error> trouble_;     // why the last batch was not written; warned once
    std::thread thread_;
};
}  // namespace rondo::store
