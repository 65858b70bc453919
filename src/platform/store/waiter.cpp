#include "platform/store/waiter.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace rondo::store {
void Deliveries::add(std::unique_ptr<Waiter> waiter) {
    auto lane = std::ranges::find(lanes_, waiter->executor(), &Lane::executor);
    if (lane == lanes_.end()) lane = lanes_.insert(lanes_.end(), Lane{waiter->executor(), {}});
    lane->waiters.push_back(std::move(waiter));
}

void Deliveries::flush() {
    for (Lane& lane : lanes_) {
        asio::post(lane.executor, [waiters = std::move(lane.waiters)] {
            for (const auto& waiter : waiters) waiter->resume();
        });
    }
    lanes_.clear();  // the lanes' executors count as work; keep none
}
}  // namespace rondo::store
