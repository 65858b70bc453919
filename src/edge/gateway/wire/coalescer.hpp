#pragma once
#include "base/clock.hpp"
#include "edge/gateway/wire/frame_codec.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace rondo::gateway::wire {
/// Joins deltas that come close together into one frame. The first after a silence goes at once; what follows within a window of the
/// last one that went is held until the window is over or enough of it is there.
///
/// Pure: no clock inside; the caller passes `now`, never going backwards. Holds at most one frame.
class Coalescer {
public:
    struct Config {
        Clock::duration window{std::chrono::milliseconds{16}};  ///< >= 0; 0: nothing is held
        std::int64_t tokens{64};                                ///< a frame that has so many goes at once; >= 1
    };
    explicit Coalescer(Config config) : config_{config} {}

    /// One more delta, with its place; appends to `out` what is to be sent now, in order. The joint frame has the last place.
    /// A seam begins a frame of its own, and so does another epoch.
    void push(Frame delta, TimePoint now, std::vector<Frame>& out);
    /// Gives out what is held: something else has to be told after it, or it is due.
    void flush(TimePoint now, std::vector<Frame>& out);
    /// When what is held has to go; nullopt: nothing is held.
    [[nodiscard]] std::optional<TimePoint> due() const;
    /// Deltas that travelled with another one, so far.
    [[nodiscard]] std::uint64_t joined() const { return joined_; }

private:
    Config config_;
    std::optional<Frame> held_;
    std::int64_t tokens_{0};                      // in held_
    std::optional<TimePoint> sent_;               // when the last one went
    std::uint64_t joined_{0};
};
}  // namespace rondo::gateway::wire
