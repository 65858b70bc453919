#pragma once
#include "base/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace rondo {
/// Two counts over the recent past: a ring of kSlices slices of the window, each forgotten as a whole when it is older than
/// the window. So what it tells covers at least (kSlices - 1) / kSlices of the window and never more than all of it.
///
/// Pure: the caller passes `now`, which must not go back. Fixed size. Not thread-safe.
class SlidingCounts {
public:
    static constexpr int kSlices = 10;
    struct Counts {
        std::int64_t first{0}, second{0};
    };

    /// `window` > 0.
    explicit SlidingCounts(Clock::duration window)
        : slice_{window / kSlices > Clock::duration{0} ? window / kSlices : Clock::duration{1}} {}

    void add_first(TimePoint now) { add(&Counts::first, now); }
    void add_second(TimePoint now) { add(&Counts::second, now); }
    [[nodiscard]] Counts counts(TimePoint now) {
        forget(now);
        return total_;
    }
    void clear() {
        slices_ = {};
        total_ = {};
    }

private:
    void add(std::int64_t Counts::* kind, TimePoint now) {
        forget(now);
        ++(slices_[index(newest_)].*kind);
        ++(total_.*kind);
    }
    void forget(TimePoint now) {
        const auto current = now.time_since_epoch() / slice_;
        if (current - newest_ >= kSlices) {
            clear();
            newest_ = current;
        }
        while (newest_ < current) {
            Counts& old = slices_[index(++newest_)];
            total_.first -= old.first;
            total_.second -= old.second;
            old = {};
        }
    }
    static std::size_t index(std::int64_t slice) { return static_cast<std::size_t>(slice % kSlices); }

    Clock::duration slice_;
    std::int64_t newest_{0};  // number of the newest slice since the clock's epoch
    std::array<Counts, kSlices> slices_{};
    Counts total_{};
};
}  // namespace rondo
