#include "base/obs/tracer.hpp"

#include "base/obs/log_line.hpp"
#include "base/rng.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace rondo::obs {
struct Tracer::Core {
    Core(SpanExporter& to, Options limits) : exporter{to}, options{limits}, thread{[this] { run(); }} {}
    ~Core() {
        {
            const std::lock_guard lock{mutex};
            stopping = true;
        }
        wake.notify_all();
        thread.join();
        flush();
    }
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    void push(SpanRecord record) {
        bool full_batch = false;
        {
            const std::lock_guard lock{mutex};
            if (queue.size() >= options.queue_spans) {
                dropped.fetch_add(1, std::memory_order_relaxed);
                return;
            }
            queue.push_back(std::move(record));
            full_batch = queue.size() == options.batch_spans;
        }
        if (full_batch) wake.notify_one();
    }

    void flush() {
        const std::lock_guard one_at_a_time{exporting};
        std::vector<SpanRecord> batch;
        {
            const std::lock_guard lock{mutex};
            batch.swap(queue);
        }
        if (!batch.empty()) exporter.export_spans(std::move(batch));
    }

    void run() {
        std::unique_lock lock{mutex};
        while (!stopping) {
            wake.wait_for(lock, options.interval, [this] { return stopping || queue.size() >= options.batch_spans; });
            if (queue.empty()) continue;
            lock.unlock();
            flush();
            lock.lock();
        }
    }

    SpanExporter& exporter;
    const Options options;
    std::mutex exporting;  // held around the exporter's call; taken before `mutex`
    std::mutex mutex;      // guards queue and stopping
    std::condition_variable wake;
    std::vector<SpanRecord> queue;
    bool stopping{false};
    std::atomic<std::uint64_t> dropped{0};
    std::thread thread;  // last: it uses all of the above
};

struct Span::Live {
    Tracer::Core* core;
    TimePoint started;
    SpanRecord record;
};

void Span::Delete::operator()(Live* live) const noexcept { delete live; }

Span& Span::operator=(Span&& other) noexcept {
    if (this != &other) {
        end();
        context_ = other.context_;
        live_ = std::move(other.live_);
    }
    return *this;
}

void Span::add(std::string_view key, AttributeValue value) {
    auto& record = live_->record;
    for (auto& [known, old] : record.attributes) {
        if (known != key) continue;
        old = std::move(value);
        return;
    }
    if (record.attributes.size() < kMaxAttributes) record.attributes.emplace_back(key, std::move(value));
    else ++record.attributes_dropped;
}

Span& Span::set(std::string_view key, std::string_view value) {
    if (live_) add(key, std::string{cut(value, kMaxTextBytes)});
    return *this;
}
Span& Span::set(std::string_view key, std::int64_t value) {
    if (live_) add(key, value);
    return *this;
}
Span& Span::set(std::string_view key, double value) {
    if (live_) add(key, value);
    return *this;
}
Span& Span::set(std::string_view key, bool value) {
    if (live_) add(key, value);
    return *this;
}

void Span::ok() {
    if (live_) live_->record.outcome = SpanRecord::Outcome::ok;
}
void Span::error(std::string_view message) {
    if (!live_) return;
    live_->record.outcome = SpanRecord::Outcome::error;
    live_->record.message = cut(message, kMaxTextBytes);
}
void Span::error(const Error& error) {
    if (error.code != Code::cancelled) this->error(name(error.code));
}

void Span::end() {
    if (!live_) return;
    const auto live = std::move(live_);
    live->record.took = Clock::now() - live->started;
    live->core->push(std::move(live->record));
}

Tracer::Tracer(SpanExporter* exporter) : Tracer{exporter, Options{}} {}
Tracer::Tracer(SpanExporter* exporter, Options options)
    : core_{exporter != nullptr ? std::make_unique<Core>(*exporter, options) : nullptr} {}
Tracer::~Tracer() = default;

Span Tracer::start(std::string_view name, const TraceContext& parent, Rng& rng) {
    TraceContext context = parent;
    if (!parent.valid()) {
        context = new_trace(rng);
    } else {
        const std::uint64_t id = rng.next() | 1;  // never zero, which the standard forbids
        for (std::size_t i = 0; i < context.span_id.size(); ++i) context.span_id[i] = static_cast<std::uint8_t>(id >> (8 * i));
    }
    Span span{context};
    if (core_ && context.sampled) {
        span.live_.reset(new Span::Live{.core = core_.get(), .started = Clock::now(), .record = {}});
        auto& record = span.live_->record;
        record.context = context;
        if (parent.valid()) record.parent_id = parent.span_id;
        record.name = name;
        record.started = Clock::wall();
    }
    return span;
}

void Tracer::flush() {
    if (core_) core_->flush();
}
std::uint64_t Tracer::dropped() const noexcept { return core_ ? core_->dropped.load(std::memory_order_relaxed) : 0; }
}  // namespace rondo::obs
