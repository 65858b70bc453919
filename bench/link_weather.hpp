#pragma once
#include "base/clock.hpp"
#include "base/rng.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace rondo::bench {
/// How bad a connection is.
struct Weather {
    std::chrono::milliseconds round_trip{300};
    std::chrono::milliseconds stall{500};  ///< how long nothing gets through, once it stalls
    double stalled{0.05};                  ///< share of the time in which it does
    double cuts_per_minute{2};             ///< what is connected then is broken
};

/// What happens to one link, all of it fixed by the seed. Times are counted from the link's beginning. Pure.
class LinkWeather {
public:
    using Time = Clock::duration;
    LinkWeather(const Weather& weather, std::uint64_t seed);

    /// When what is sent now comes out at the other end. What is sent later never comes out earlier.
    [[nodiscard]] Time arrival(Time sent);
    /// The first cut after that.
    [[nodiscard]] Time next_cut(Time after);

private:
    /// Makes events until one lies beyond `until`; they are `mean` apart, half of it more or less, after what each takes.
    static void extend(std::vector<Time>& events, Rng& rng, Time mean, Time takes, Time until);

    Weather weather_;
    Rng stall_rng_, cut_rng_;
    std::vector<Time> stalls_, cuts_;  // beginnings, in order
};
}  // namespace rondo::bench
