#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace rondo::obs {
using Labels = std::map<std::string, std::string>;

/// Only goes up. Thread-safe, lock-free.
class Counter {
public:
    void add(double amount = 1) noexcept;  ///< a negative amount is ignored
    [[nodiscard]] double value() const noexcept;

private:
    friend class Registry;
    explicit Counter(prometheus::Counter& metric) : metric_{&metric} {}
    prometheus::Counter* metric_;  // owned by the registry
};

/// Goes up and down. Thread-safe, lock-free.
class Gauge {
public:
    void set(double value) noexcept;
    void add(double amount) noexcept;  ///< may be negative
    [[nodiscard]] double value() const noexcept;

private:
    friend class Registry;
    explicit Gauge(prometheus::Gauge& metric) : metric_{&metric} {}
    prometheus::Gauge* metric_;
};

/// Counts observations by upper bound. Thread-safe (a short lock).
class Histogram {
public:
    void observe(double value) noexcept;

private:
    friend class Registry;
    explicit Histogram(prometheus::Histogram& metric) : metric_{&metric} {}
    prometheus::Histogram* metric_;
};

/// Upper bounds of durations in seconds, from 10 µs to 10 s.
[[nodiscard]] const std::vector<double>& fine_seconds();

/// The process's metrics, in Prometheus' text format.
///
/// Handles stay valid for the registry's life; look them up once and keep them. Asking again with the same name and labels
/// returns the same handle. One name has one type and one help text (the first). Thread-safe.
/// Bounded: past kMaxSeries label sets of one name, further ones share a series whose label values are all "other".
/// A malformed name, or one name with two types, is our own mistake and ends the process.
class Registry {
public:
    static constexpr std::size_t kMaxSeries = 1000;

    Registry();
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {}) noexcept;
    Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {}) noexcept;
    /// `buckets`: increasing upper bounds, +Inf is implied.
    Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                         const Labels& labels = {}) noexcept;

    /// A gauge whose value is asked for at each expose(), on the scraping thread; what `value` captures must stay alive
    /// until the last expose().
    void sample(const std::string& name, const std::string& help, std::function<double()> value, const Labels& labels = {}) noexcept;
    /// The same for a total that only goes up.
    void sample_total(const std::string& name, const std::string& help, std::function<double()> value, const Labels& labels = {}) noexcept;

    /// Text exposition format 0.0.4, families sorted by name.
    [[nodiscard]] std::string expose() const;
    static constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

private:
    struct Core;
    std::unique_ptr<Core> core_;
};
}  // namespace rondo::obs
