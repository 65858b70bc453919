#include "base/obs/registry.hpp"

#include <prometheus/check_names.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <mutex>
#include <sstream>
#include <utility>

namespace rondo::obs {
namespace {
Labels all_other(const Labels& labels) {
    Labels other;
    for (const auto& [key, value] : labels) other.emplace(key, "other");
    return other;
}

/// The series of one name: our handle and, behind it, prometheus-cpp's metric, which never moves.
template <class Handle>
struct Family {
    std::map<Labels, Handle> series;

    template <class Add>
    Handle& get(const Labels& labels, const Add& add) {
        if (const auto found = series.find(labels); found != series.end()) return found->second;
        if (series.size() < Registry::kMaxSeries || labels.empty()) return series.emplace(labels, add(labels)).first->second;
        const auto other = all_other(labels);
        if (const auto found = series.find(other); found != series.end()) return found->second;
        return series.emplace(other, add(other)).first->second;
    }
};

/// Values asked for at scrape time.
struct Sampled {
    std::string help;
    prometheus::MetricType type;
    std::map<Labels, std::function<double()>> series;
};
}  // namespace

void Counter::add(double amount) noexcept { metric_->Increment(amount); }
double Counter::value() const noexcept { return metric_->Value(); }
void Gauge::set(double value) noexcept { metric_->Set(value); }
void Gauge::add(double amount) noexcept { metric_->Increment(amount); }
double Gauge::value() const noexcept { return metric_->Value(); }
void Histogram::observe(double value) noexcept { metric_->Observe(value); }

const std::vector<double>& fine_seconds() {
    static const std::vector<double> kBounds{10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3,
                                             25e-3, 50e-3, 0.1,   0.25,   0.5,    1,      2.5,  5,      10};
    return kBounds;
}

struct Registry::Core {
    prometheus::Registry registry;
    mutable std::mutex mutex;  // guards the maps; metrics guard themselves
    std::map<std::string, Family<Counter>> counters;
    std::map<std::string, Family<Gauge>> gauges;
    std::map<std::string, Family<Histogram>> histograms;
    std::map<std::string, Sampled> samples;
    std::map<std::string, prometheus::MetricType> types;

    /// With `mutex` held. The library only asserts these, and its text would not parse.
    void claim(const std::string& name, prometheus::MetricType type, const Labels& labels) {
        const bool names_good = prometheus::CheckMetricName(name) &&
                                std::ranges::all_of(labels, [](const auto& label) { return prometheus::CheckLabelName(label.first); });
        if (names_good && types.try_emplace(name, type).first->second == type) return;
        std::fprintf(stderr, "metric %s: malformed name or label, or registered twice with different types\n", name.c_str());
        std::terminate();
    }

    void add_sample(const std::string& name, const std::string& help, prometheus::MetricType type, std::function<double()> value,
                    const Labels& labels) {
        const std::lock_guard lock{mutex};
        claim(name, type, labels);
        auto& sampled = samples.try_emplace(name, Sampled{help, type, {}}).first->second;
        sampled.series.insert_or_assign(labels, std::move(value));
    }

    [[nodiscard]] static prometheus::MetricFamily collect(const std::string& name, const Sampled& sampled) {
        prometheus::MetricFamily family{.name = name, .help = sampled.help, .type = sampled.type, .metric = {}};
        for (const auto& [labels, value] : sampled.series) {
            prometheus::ClientMetric metric;
            for (const auto& [key, text] : labels) metric.label.push_back({key, text});
            (sampled.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value();
            family.metric.push_back(std::move(metric));
        }
        return family;
    }
};

Registry::Registry() : core_{std::make_unique<Core>()} {}
Registry::~Registry() = default;

// Looking the prometheus-cpp family up again for each new series is its documented use (Merge); it is off the hot path.
Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) noexcept {
    const std::lock_guard lock{core_->mutex};
    core_->claim(name, prometheus::MetricType::Counter, labels);
    return core_->counters[name].get(labels, [&](const Labels& all) {
        return Counter{prometheus::BuildCounter().Name(name).Help(help).Register(core_->registry).Add({all.begin(), all.end()})};
    });
}

Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) noexcept {
    const std::lock_guard lock{core_->mutex};
    core_->claim(name, prometheus::MetricType::Gauge, labels);
    return core_->gauges[name].get(labels, [&](const Labels& all) {
        return Gauge{prometheus::BuildGauge().Name(name).Help(help).Register(core_->registry).Add({all.begin(), all.end()})};
    });
}

Histogram& Registry::histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                               const Labels& labels) noexcept {
    const std::lock_guard lock{core_->mutex};
    core_->claim(name, prometheus::MetricType::Histogram, labels);
    return core_->histograms[name].get(labels, [&](const Labels& all) {
        auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(core_->registry);
        return Histogram{family.Add({all.begin(), all.end()}, buckets)};
    });
}

void Registry::sample(const std::string& name, const std::string& help, std::function<double()> value, const Labels& labels) noexcept {
    core_->add_sample(name, help, prometheus::MetricType::Gauge, std::move(value), labels);
}
void Registry::sample_total(const std::string& name, const std::string& help, std::function<double()> value,
                            const Labels& labels) noexcept {
    core_->add_sample(name, help, prometheus::MetricType::Counter, std::move(value), labels);
}

std::string Registry::expose() const {
    auto families = core_->registry.Collect();
    {
        const std::lock_guard lock{core_->mutex};
        for (const auto& [name, sampled] : core_->samples) families.push_back(Core::collect(name, sampled));
    }
    std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
    std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
    std::ostringstream text;
    prometheus::TextSerializer{}.Serialize(text, families);
    return std::move(text).str();
}
}  // namespace rondo::obs
