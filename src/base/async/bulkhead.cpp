#include "base/async/bulkhead.hpp"

#include <algorithm>

namespace rondo {
bool Bulkhead::try_enter() {
    if (in_use_ >= permits_ || !queue_.empty()) return false;
    ++in_use_;
    return true;
}

std::optional<Bulkhead::Waiter> Bulkhead::join() {
    if (queue_.size() >= queue_limit_) return std::nullopt;
    queue_.push_back(++last_);
    return last_;
}

bool Bulkhead::abandon(Waiter waiter) {
    const auto found = std::ranges::lower_bound(queue_, waiter);
    if (found == queue_.end() || *found != waiter) return false;
    queue_.erase(found);
    return true;
}

std::optional<Bulkhead::Waiter> Bulkhead::leave() {
    --in_use_;
    return pass_on();
}

std::vector<Bulkhead::Waiter> Bulkhead::resize(std::size_t permits, std::size_t queue) {
    permits_ = permits;
    queue_limit_ = queue;
    std::vector<Waiter> entered;
    while (const auto next = pass_on()) entered.push_back(*next);
    return entered;
}

std::optional<Bulkhead::Waiter> Bulkhead::pass_on() {
    if (queue_.empty() || in_use_ >= permits_) return std::nullopt;
    const Waiter next = queue_.front();
    queue_.pop_front();
    ++in_use_;
    return next;
}
}  // namespace rondo
