#include "platform/store/database.hpp"

#include "platform/store/checkpointer.hpp"
#include "platform/store/fences.hpp"
#include "platform/store/health.hpp"
#include "platform/store/holds.hpp"
#include "platform/store/lock_file.hpp"
#include "platform/store/projector.hpp"
#include "platform/store/reader_pool.hpp"
#include "platform/store/sqlite.hpp"
#include "platform/store/vfs.hpp"
#include "platform/store/writer.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cassert>
#include <system_error>

namespace rondo::store {
namespace {
constexpr std::int64_t kPageBytes = 4'096;

struct Connections {
    Connection writer, projector, checkpointer;
    std::vector<Connection> readers;
};

Result<std::filesystem::path> make_folder(const std::filesystem::path& file) {
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    std::error_code ec;
    std::filesystem::create_directories(folder, ec);
    if (ec) return fail(Code::unavailable, fmt::format("cannot create {}: {}", folder.string(), ec.message()));
    return folder;
}

Result<Connections> open_others(Connection writer, const std::filesystem::path& file, const char* vfs, std::int64_t readers) {
    auto projector = Connection::open(file, vfs, Connection::Mode::read_only);
    if (!projector) return propagate(projector);
    auto checkpointer = Connection::open(file, vfs, Connection::Mode::read_write);
    if (!checkpointer) return propagate(checkpointer);
    Connections all{std::move(writer), std::move(*projector), std::move(*checkpointer), {}};
    for (std::int64_t i = 0; i < readers; ++i) {
        auto reader = Connection::open(file, vfs, Connection::Mode::read_only);
        if (!reader) return propagate(reader);
        all.readers.push_back(std::move(*reader));
    }
    return all;
}
asio::awaitable<Result<Receipt>> answer_with(Error error) { co_return fail(std::move(error)); }
}  // namespace

/// Members in the order they lean on each other.
struct Database::Impl {
    LockFile lock;
    std::unique_ptr<Vfs> vfs;
    Health health;
    Holds holds;
    const std::int64_t generation;
    std::atomic<std::int64_t> counter{0};
    Writer writer;
    Projector projector;
    Checkpointer checkpointer;
    ReaderPool readers;
    bool started{false}, stopped{false};

    Impl(LockFile lock_, std::unique_ptr<Vfs> vfs_, Options options, Connections connections, const Opened& opened)
        : lock{std::move(lock_)},
          vfs{std::move(vfs_)},
          health{std::move(options.on_fatal), std::move(options.on_warning)},
          generation{opened.generation},
          writer{std::move(connections.writer),
                 options.config,
                 opened.generation,
                 opened.last_seq,
                 health,
                 [this](std::int64_t last_seq, int wal_pages) {
                     projector.committed(last_seq);
                     checkpointer.committed(wal_pages);
                 }},
          projector{std::move(connections.projector),
                    std::move(options.projections),
                    options.config,
                    writer,
                    holds,
                    health,
                    opened.projected_seq},
          checkpointer{std::move(connections.checkpointer), options.config, writer, health},
          readers{std::move(connections.readers), options.config} {}
};

Database::Database(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Database::~Database() { stop(); }

Result<std::unique_ptr<Database>> Database::open(Options options) {
    if (auto folder = make_folder(options.file); !folder) return propagate(folder);
    auto lock = LockFile::acquire(options.file.string() + ".lock");
    if (!lock) return propagate(lock);
    auto vfs = std::make_unique<Vfs>(options.faults);
    auto writer = Connection::open(options.file, vfs->name(), Connection::Mode::read_write);
    if (!writer) return propagate(writer);
    // Room for the pages between the oldest untrimmed journal row and the newest: what is read back was just written.
    if (auto status = writer->execute("PRAGMA cache_size=-8192"); !status) return propagate(status);
    const auto opened = open_schema(*writer, options.migrations, options.config.check_budget);
    if (!opened) return propagate(opened);
    auto connections = open_others(std::move(*writer), options.file, vfs->name(), options.config.readers);
    if (!connections) return propagate(connections);
    auto impl = std::make_unique<Impl>(std::move(*lock), std::move(vfs), std::move(options), std::move(*connections), *opened);
    return std::unique_ptr<Database>{new Database{std::move(impl)}};
}

Status Database::replay(const std::function<void(const JournalRow&)>& row) {
    assert(!impl_->started);
    const auto last =
        read_journal(impl_->writer.connection(), 0, -1, impl_->projector.projected_seq(), [&](JournalRow found) { row(found); });
    return last ? Status{} : propagate(last);
}

void Database::start() {
    assert(!impl_->started);
    impl_->started = true;
    impl_->writer.start();
    impl_->projector.start();
    impl_->checkpointer.start();
    impl_->readers.start();
}

void Database::stop() {
    Impl& self = *impl_;
    if (std::exchange(self.stopped, true)) return;
    self.writer.close();
    // An empty batch behind everybody's: when it is answered, all is committed and the projector can see it.
    if (self.started) static_cast<void>(self.writer.commit_blocking({}));
    self.projector.stop();
    self.checkpointer.stop();
    self.readers.stop();
    self.writer.stop();
    if (!self.started || self.health.failed()) return;
    if (auto marked = mark_clean(self.writer.connection()); !marked) self.health.warn(marked.error());
    self.checkpointer.truncate();
}

asio::awaitable<Result<Receipt>> Database::commit(Batch batch) {
    if (const FaultPlan* faults = impl_->vfs->faults()) {
        if (auto refused = faults->before_commit(); !refused) return answer_with(std::move(refused.error()));
    }
    return wait_for<Receipt>([writer = &impl_->writer, batch = std::move(batch)](WaiterPtr<Receipt> waiter) mutable {
        writer->enqueue({std::move(batch), std::move(waiter)});
    });
}

void Database::submit(Batch batch) { impl_->writer.enqueue({std::move(batch)}); }

asio::awaitable<Status> Database::run_read(std::function<void(Reader&)> job) {
    return wait_for<void>([readers = &impl_->readers, job = std::move(job)](WaiterPtr<void> waiter) mutable {
        readers->enqueue(std::move(job), std::move(waiter));
    });
}

std::int64_t Database::next_token() { return make_token(impl_->generation, ++impl_->counter); }
std::int64_t Database::generation() const { return impl_->generation; }

void Database::hold(std::int64_t stream, std::int64_t first_seq) { impl_->holds.hold(stream, first_seq); }
void Database::release(std::int64_t stream) {
    impl_->holds.release(stream);
    impl_->projector.released();
}

asio::awaitable<Status> Database::projected(std::int64_t seq) {
    if (seq > impl_->writer.stats().last_seq.load(std::memory_order_acquire))
        co_return fail(Code::invalid_argument, "no such journal row is committed yet");
    co_return co_await wait_for<void>(
        [projector = &impl_->projector, seq](WaiterPtr<void> waiter) { projector->wait(seq, std::move(waiter)); });
}

bool Database::failed() const { return impl_->health.failed(); }

Database::Stats Database::stats() const {
    const auto& writer = impl_->writer.stats();
    const auto& disk = impl_->vfs->counters();
    return {.groups = writer.groups,
            .batches = writer.batches,
            .rows = writer.rows,
            .refused = writer.refused,
            .failed_groups = writer.failed_groups,
            .unheard = writer.unheard,
            .commit_us = writer.commit_us,
            .fdatasyncs = disk.syncs(),
            .fdatasync_p50_us = disk.sync_p50_us(),
            .bytes_written = disk.bytes_written(),
            .checkpoints = impl_->checkpointer.checkpoints(),
            .wal_bytes = impl_->checkpointer.wal_pages() * kPageBytes,
            .queue_depth = writer.queued,
            .last_seq = writer.last_seq,
            .projected_seq = impl_->projector.projected_seq(),
            .projection_rejected = impl_->projector.rejected()};
}
}  // namespace rondo::store
