#include "base/obs/logger.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <string>
#include <utility>

namespace rondo::obs {
namespace {
/// One write() a line, so that lines of several processes on one terminal or pipe do not mix.
void write_stderr(std::string_view line) {
    while (!line.empty()) {
        const auto written = ::write(STDERR_FILENO, line.data(), line.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // nobody to tell: this was the place to tell it
        line.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// Receives finished lines on the one worker thread of spdlog's pool, which is why it needs no mutex.
class LineSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit LineSink(std::function<void(std::string_view)> write) : write_{std::move(write)} {}
    void watch(spdlog::details::thread_pool& pool) { pool_ = &pool; }

    /// Waits until `lines` lines are written or dropped.
    void wait_for(std::uint64_t lines) const {
        for (auto done = done_.load(); done < lines; done = done_.load()) done_.wait(done);
    }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        line_.assign(message.payload.data(), message.payload.size());
        line_ += '\n';
        write_(line_);
        ++written_;
        const std::uint64_t dropped = pool_->overrun_counter();
        if (dropped != reported_) {
            line_.clear();
            const Field fields[] = {{"lines", dropped - reported_}, {"lines_total", dropped}};
            append_log_line(line_, Clock::wall(), Level::warn, "log_lines_dropped", fields);
            line_ += '\n';
            write_(line_);
            reported_ = dropped;
        }
        done_.store(written_ + dropped);
        done_.notify_all();
    }
    void flush_() override {}

private:
    std::function<void(std::string_view)> write_;
    spdlog::details::thread_pool* pool_{nullptr};  // joined before this sink goes
    std::string line_;
    std::uint64_t written_{0};
    std::uint64_t reported_{0};
    std::atomic<std::uint64_t> done_{0};
};
}  // namespace

struct Logger::Core {
    explicit Core(Options options)
        : sink{std::make_shared<LineSink>(options.write ? std::move(options.write) : write_stderr)},
          pool{std::make_shared<spdlog::details::thread_pool>(options.queue_lines, 1)},
          logger{std::make_shared<spdlog::async_logger>("rondo", sink, pool, spdlog::async_overflow_policy::overrun_oldest)},
          level{options.level} {
        sink->watch(*pool);
        logger->set_level(spdlog::level::trace);  // `level` decides, before a line is made
    }
    ~Core() { pool.reset(); }  // drains the queue and joins, while what its thread uses is still here

    std::shared_ptr<LineSink> sink;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::async_logger> logger;
    std::atomic<Level> level;
    std::atomic<std::uint64_t> submitted{0};
};

Logger::Logger(Options options) : core_{std::make_shared<Core>(std::move(options))} {}

void Logger::log(Level level, std::string_view event, std::initializer_list<Field> fields) {
    assert(level != Level::off);
    if (!enabled(level)) return;
    thread_local std::string line;
    line.clear();
    append_log_line(line, Clock::wall(), level, event, {fields.begin(), fields.size()});
    ++core_->submitted;
    core_->logger->log(spdlog::source_loc{}, spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
}

bool Logger::enabled(Level level) const noexcept { return core_ && level >= core_->level.load(std::memory_order_relaxed); }
void Logger::set_level(Level level) noexcept {
    if (core_) core_->level.store(level, std::memory_order_relaxed);
}
std::uint64_t Logger::dropped() const { return core_ ? core_->pool->overrun_counter() : 0; }
void Logger::flush() {
    if (core_) core_->sink->wait_for(core_->submitted.load());
}
}  // namespace rondo::obs
