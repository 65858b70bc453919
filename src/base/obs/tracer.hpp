#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/trace.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace rondo {
class Rng;
}

namespace rondo::obs {
using AttributeValue = std::variant<std::string, std::int64_t, double, bool>;

/// A span that has ended, as exporters see it.
struct SpanRecord {
    enum class Outcome { unset, ok, error };

    TraceContext context;                    ///< this span's ids
    std::array<std::uint8_t, 8> parent_id{};  ///< all zero: a root
    std::string name;
    WallTime started{};                      ///< for display
    Clock::duration took{};                  ///< monotonic
    std::vector<std::pair<std::string, AttributeValue>> attributes;
    std::size_t attributes_dropped{0};
    Outcome outcome{Outcome::unset};
    std::string message;                     ///< of an error
};

/// Port: where ended spans go. Called from the tracer's own thread and from flush(), never from two threads at once.
class SpanExporter {
public:
    virtual ~SpanExporter() = default;
    virtual void export_spans(std::vector<SpanRecord> spans) noexcept = 0;
};

/// One timed step of a trace, from Tracer::start() to end() or destruction. Move-only; one thread at a time.
/// A span nobody exports only carries ids: every other call on it is free.
class Span {
public:
    static constexpr std::size_t kMaxAttributes = 32;
    static constexpr std::size_t kMaxTextBytes = 1024;  ///< of one attribute or message; the rest is cut

    Span(Span&& other) noexcept = default;
    Span& operator=(Span&& other) noexcept;
    ~Span() {
        if (live_) end();
    }

    /// The ids children and outgoing requests take as their parent.
    [[nodiscard]] const TraceContext& context() const noexcept { return context_; }
    [[nodiscard]] bool recording() const noexcept { return live_ != nullptr; }

    Span& set(std::string_view key, std::string_view value);
    Span& set(std::string_view key, const char* value) { return set(key, std::string_view{value}); }
    Span& set(std::string_view key, std::int64_t value);
    Span& set(std::string_view key, int value) { return set(key, std::int64_t{value}); }
    Span& set(std::string_view key, double value);
    Span& set(std::string_view key, bool value);
    void ok();
    void error(std::string_view message);
    /// An error by its code's name; a cancellation leaves the outcome unset, for it is no failure.
    void error(const Error& error);
    void end();  ///< at most once counts

private:
    friend class Tracer;
    struct Live;
    struct Delete {
        void operator()(Live* live) const noexcept;
    };
    explicit Span(const TraceContext& context) : context_{context} {}
    void add(std::string_view key, AttributeValue value);

    TraceContext context_;
    std::unique_ptr<Live, Delete> live_;  // null: not recording
};

/// Makes spans and hands the ended ones to the exporter, in batches, from a thread of its own.
///
/// Thread-safe and never blocking: when the queue is full an ended span is dropped and counted. Without an exporter there is
/// neither thread nor queue, and a span costs its ids. Must outlive its spans; the exporter must outlive the tracer.
class Tracer {
public:
    struct Options {
        std::size_t queue_spans{2048};          ///< > 0
        std::size_t batch_spans{512};           ///< handed over at once; reaching it wakes the exporter's thread
        std::chrono::milliseconds interval{5'000};  ///< longest time an ended span waits
    };

    explicit Tracer(SpanExporter* exporter = nullptr);
    Tracer(SpanExporter* exporter, Options options);
    ~Tracer();  ///< exports what is left
    Tracer(const Tracer&) = delete;
    Tracer& operator=(const Tracer&) = delete;

    /// A child of `parent`, or the root of a new trace when `parent` is not valid. An unsampled parent is not recorded.
    [[nodiscard]] Span start(std::string_view name, const TraceContext& parent, Rng& rng);
    void flush();                                            ///< exports on the calling thread what has ended so far
    [[nodiscard]] std::uint64_t dropped() const noexcept;   ///< spans lost to a full queue so far

private:
    friend class Span;
    struct Core;
    std::unique_ptr<Core> core_;  // null: no exporter
};
}  // namespace rondo::obs
