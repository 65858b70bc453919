#pragma once
#include "base/async/sliding_counts.hpp"
#include "base/clock.hpp"
#include "base/rng.hpp"

#include <cstdint>
#include <optional>

namespace rondo {
/// Keeps calls away from a dependency that fails, and finds out with few calls when it works again.
///
/// closed: everything passes; opens when at least `min_calls` ended within `window` and `failure_rate` of them failed.
/// open: nothing passes for `open_for` times [1, 1 + jitter), doubled each time it opens again without having closed between, up to
/// `open_limit`. half_open: exactly `probes` calls pass; all succeeded: closed; one failed: open.
///
/// Fed by how calls end. Every admitted call must report once: succeeded(), failed(), or ignored() when its end says nothing
/// about the dependency (our caller gave up, the request was wrong). A probe that is ignored makes room for another; what
/// was admitted before the last change of state no longer counts.
///
/// Pure: the caller passes `now`, which must not go back. Not thread-safe.
class CircuitBreaker {
public:
    enum class State { closed, open, half_open };
    struct Config {
        Clock::duration window{std::chrono::seconds{30}};  ///< > 0
        int min_calls{10};                                 ///< >= 1
        double failure_rate{0.5};                          ///< in (0, 1]
        Clock::duration open_for{std::chrono::seconds{5}};
        Clock::duration open_limit{std::chrono::minutes{1}};
        double jitter{0.2};  ///< >= 0
        int probes{3};       ///< >= 1
    };
    /// One admitted call; hand it back with its end.
    struct Ticket {
        std::uint64_t period{0};  ///< counts the changes of state
    };

    CircuitBreaker(const Config& config, Rng rng) : config_{config}, rng_{rng}, ends_{config.window} {}

    /// Other limits from now on; what is known stays, except that another window starts empty.
    void configure(const Config& config) {
        if (config.window != config_.window) ends_ = SlidingCounts{config.window};
        config_ = config;
    }

    /// nullopt: keep away, for retry_after() at least.
    [[nodiscard]] std::optional<Ticket> admit(TimePoint now);
    /// Whether admit() would admit now.
    [[nodiscard]] bool admits(TimePoint now) const;

    void succeeded(Ticket ticket, TimePoint now);
    void failed(Ticket ticket, TimePoint now);
    void ignored(Ticket ticket);

    /// An open breaker is half open from the first call it admits.
    [[nodiscard]] State state() const { return state_; }
    /// Until it may admit again: 0 unless open.
    [[nodiscard]] Clock::duration retry_after(TimePoint now) const;

private:
    void enter(State state);
    void open(TimePoint now);

    Config config_;
    Rng rng_;
    SlidingCounts ends_;  // succeeded, failed
    State state_{State::closed};
    std::uint64_t period_{0};
    TimePoint open_until_{};
    int opened_{0};     // times in a row without having closed
    int running_{0};    // probes that have not reported
    int succeeded_{0};  // probes that have
};

/// "closed", "open" or "half_open".
[[nodiscard]] const char* name(CircuitBreaker::State state) noexcept;
}  // namespace rondo
