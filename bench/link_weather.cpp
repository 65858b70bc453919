#include "link_weather.hpp"

#include <algorithm>

namespace rondo::bench {
namespace {
constexpr std::uint64_t kStalls = 1, kCuts = 2;
}

LinkWeather::LinkWeather(const Weather& weather, std::uint64_t seed)
    : weather_{weather}, stall_rng_{mix(seed, kStalls)}, cut_rng_{mix(seed, kCuts)} {}

LinkWeather::Time LinkWeather::arrival(Time sent) {
    const Time arrives = sent + Time{weather_.round_trip} / 2;
    if (weather_.stalled <= 0) return arrives;
    const Time stall = weather_.stall;
    const auto calm = std::chrono::duration_cast<Time>(stall * ((1 - weather_.stalled) / weather_.stalled));
    extend(stalls_, stall_rng_, calm, stall, arrives);
    const auto later = std::ranges::upper_bound(stalls_, arrives);
    if (later == stalls_.begin()) return arrives;
    return std::max(arrives, *(later - 1) + stall);
}

LinkWeather::Time LinkWeather::next_cut(Time after) {
    if (weather_.cuts_per_minute <= 0) return Time::max();
    const auto mean = std::chrono::duration_cast<Time>(std::chrono::minutes{1} / weather_.cuts_per_minute);
    extend(cuts_, cut_rng_, mean, Time{0}, after);
    return *std::ranges::upper_bound(cuts_, after);
}

void LinkWeather::extend(std::vector<Time>& events, Rng& rng, Time mean, Time takes, Time until) {
    const auto some = [&](double least) { return std::chrono::duration_cast<Time>(mean * (least + rng.uniform())); };
    if (events.empty()) events.push_back(some(0));
    while (events.back() <= until) events.push_back(events.back() + takes + some(0.5));
}
}  // namespace rondo::bench
