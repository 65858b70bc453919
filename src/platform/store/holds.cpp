#include "platform/store/holds.hpp"

#include <algorithm>
#include <utility>

namespace rondo::store {
void Holds::hold(std::int64_t stream, std::int64_t first_seq) {
    const std::scoped_lock lock{mutex_};
    Held& held = held_[stream];
    held.first_seq = first_seq;
    const auto first_kept = std::ranges::lower_bound(held.kept, first_seq);
    free_.insert(free_.end(), held.kept.begin(), first_kept);
    held.kept.erase(held.kept.begin(), first_kept);
}

void Holds::release(std::int64_t stream) {
    const std::scoped_lock lock{mutex_};
    const auto held = held_.find(stream);
    if (held == held_.end()) return;
    free_.insert(free_.end(), held->second.kept.begin(), held->second.kept.end());
    held_.erase(held);
}

bool Holds::anything_released() const {
    const std::scoped_lock lock{mutex_};
    return !free_.empty();
}

std::vector<Holds::Range> Holds::applied(const std::vector<Applied>& rows) {
    std::vector<std::int64_t> going;
    {
        const std::scoped_lock lock{mutex_};
        going = std::exchange(free_, {});
        for (const Applied& row : rows) {
            const auto held = held_.find(row.stream);
            if (held != held_.end() && row.seq >= held->second.first_seq) {
                held->second.kept.push_back(row.seq);
            } else {
                going.push_back(row.seq);
            }
        }
    }
    std::ranges::sort(going);
    std::vector<Range> ranges;
    for (const std::int64_t seq : going) {
        if (!ranges.empty() && ranges.back().last + 1 == seq) {
            ranges.back().last = seq;
        } else {
            ranges.push_back({seq, seq});
        }
    }
    return ranges;
}
}  // namespace rondo::store
