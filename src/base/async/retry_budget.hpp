#pragma once
#include "base/async/sliding_counts.hpp"

namespace rondo {
/// Keeps retries from multiplying the load on what is already failing: within the window at most `ratio` of the calls, but
/// `floor` at any rate so that a quiet system may retry at all.
///
/// Pure: the caller passes `now`, which must not go back. Not thread-safe.
class RetryBudget {
public:
    struct Config {
        double ratio{0.1};  ///< >= 0
        int floor{3};       ///< retries a window, >= 0
        Clock::duration window{std::chrono::seconds{10}};
    };
    explicit RetryBudget(const Config& config) : config_{config}, counts_{config.window} {}

    /// Other limits from now on; another window starts empty.
    void configure(const Config& config) {
        if (config.window != config_.window) counts_ = SlidingCounts{config.window};
        config_ = config;
    }

    /// A call begins.
    void called(TimePoint now) { counts_.add_first(now); }
    /// True: a retry may begin, and is counted.
    [[nodiscard]] bool take(TimePoint now) {
        const auto [calls, retries] = counts_.counts(now);
        const double allowed = config_.ratio * static_cast<double>(calls);
        if (retries >= config_.floor && static_cast<double>(retries + 1) > allowed) return false;
        counts_.add_second(now);
        return true;
    }

private:
    Config config_;
    SlidingCounts counts_;  // calls, retries
};
}  // namespace rondo
