#pragma once
#include "base/clock.hpp"
#include "base/describe.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace rondo::net {
/// Who goes first when there is more to do than can be done in time.
enum class Priority : std::uint8_t {
    vital,    ///< health and metrics: never refused
    ongoing,  ///< goes on with something that runs, or ends it: refused only when nothing else helps any more
    fresh,    ///< new work
};

/// Decides whether a request may begin, by how long work waits for the event loops.
///
/// What is measured is the delay between the moment something is ready and the moment a loop comes to it, the same for all that the loop
/// does. A small burst raises it for a moment, which harms nobody; a *standing* delay, one that was never below `target` for a whole
/// `interval` (as in CoDel), means that more is begun than ended. Then the number of requests under way is limited to what
/// would have met the target, at most halved at a time; it grows again while the delay is below the target, and is lifted
/// when nothing had to be refused for a second. CPU load plays no part: a machine may be busy and quick.
///
/// Pure but for atomics: the caller passes `now`. Thread-safe; admit() takes no lock. Must outlive its places.
class Admission {
public:
    struct Config {
        bool enabled{true};
        std::chrono::milliseconds target{10};
        std::chrono::milliseconds interval{100};
        int min_in_flight{64};           ///< this many requests may always be under way
        int refusals_per_second{2'000};  ///< of each event loop; refusing must not take the time of those that were admitted
    };
    static constexpr int kNoLimit = std::numeric_limits<int>::max();
    static constexpr int kSuddenFactor = 3;   ///< a single look that finds so many targets does not wait for the interval's end
    static constexpr int kOngoingFactor = 20;  ///< from a standing delay of so many targets on, ongoing requests are refused, too
    static constexpr std::chrono::seconds kCalm{1};  ///< without a refusal, until the limit is lifted
    static constexpr std::chrono::seconds kRetryAfter{1};

    /// The right to be under way; given back when it goes. Empty for what is not counted.
    class Place {
    public:
        Place() = default;
        explicit Place(Admission& owner) : owner_{&owner} {}
        Place(Place&& other) noexcept : owner_{std::exchange(other.owner_, nullptr)} {}
        Place& operator=(Place&& other) noexcept {
            std::swap(owner_, other.owner_);
            return *this;
        }
        ~Place() {
            if (owner_) owner_->in_flight_.fetch_sub(1, std::memory_order_relaxed);
        }

    private:
        Admission* owner_{nullptr};
    };
    struct Stats {
        std::int64_t in_flight{0};
        std::int64_t limit{0};               ///< 0: none
        std::uint64_t refused_fresh{0}, refused_ongoing{0};
        Clock::duration standing_delay{};    ///< of the last interval
    };

    Admission(Config config, std::size_t loops);

    /// Nothing: refuse it, quickly.
    [[nodiscard]] std::optional<Place> admit(Priority priority, TimePoint now);
    /// Whether admit() would refuse, which counts as a refusal: asked before a body is read.
    [[nodiscard]] bool refuses(Priority priority);
    /// How late loop number `loop` came to something, told some times in each interval while anything is under way.
    void observe(std::size_t loop, Clock::duration delay, TimePoint now);

    [[nodiscard]] bool idle() const { return in_flight_.load(std::memory_order_relaxed) == 0; }
    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] Stats stats() const;

private:
    void step(Clock::duration at_least, TimePoint now);
    void lift(TimePoint now);

    const Config config_;
    std::atomic<int> in_flight_{0};
    std::atomic<int> peak_{0};  // of in_flight_ in this interval
    std::atomic<int> limit_{kNoLimit};
    std::atomic<bool> flooded_{false};
    std::atomic<std::uint64_t> refused_fresh_{0}, refused_ongoing_{0};
    std::atomic<Clock::rep> standing_{0};
    std::atomic<Clock::rep> stepped_{0};  // when the last interval ended, as time since the epoch

    std::mutex mutex_;  // guards what follows
    std::vector<Clock::duration> least_;  // delay of each loop in this interval
    std::uint64_t refused_before_{0};
    TimePoint interval_ends_{};
    TimePoint calm_since_{};
};

template <class Visitor>
void describe(Visitor& v, Admission::Config& c) {
    using namespace std::chrono_literals;
    v.field("enabled", c.enabled, Reload::restart, "Refuses new work with 503 while what is under way is late.");
    v.field("target_ms", c.target, Reload::restart, "Delay of the event loops that may stand.", in(1ms, 1'000ms));
    v.field("interval_ms", c.interval, Reload::restart, "A delay that lasts this long stands.", in(20ms, 10'000ms));
    v.field("min_in_flight", c.min_in_flight, Reload::restart, "So many requests may always be under way.", in(1, 100'000));
    v.field("refusals_per_second", c.refusals_per_second, Reload::restart,
            "Of each event loop; further refusals wait their turn, which also slows down clients that try again at once.",
            in(10, 1'000'000));
}
}  // namespace rondo::net
