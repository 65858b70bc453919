#include "platform/net/worker.hpp"

#include "platform/net/connection.hpp"

#include <algorithm>

namespace rondo::net {
using namespace std::chrono_literals;

namespace {
constexpr Clock::duration kDrainPeriod = 5ms;

Clock::duration sweep_period(const HttpServer::Config& config) {
    const Clock::duration shortest = std::min({config.header_timeout, config.body_timeout, config.write_timeout, config.idle_timeout});
    return std::clamp<Clock::duration>(shortest / 4, 5ms, 1s);
}
}  // namespace

Worker::Worker(std::shared_ptr<ServerShared> shared, asio::io_context& context)
    : shared_{std::move(shared)}, context_{context}, timer_{context}, period_{sweep_period(shared_->config)} {}

void Worker::adopt(Arrival arrival) { std::make_shared<Connection>(shared_from_this(), std::move(arrival))->start(); }

void Worker::join(Connection& connection) {
    connection.place = connections_.size();
    connections_.push_back(&connection);
    if (!sweeping_) sweep_later();
}

void Worker::leave(Connection& connection) {
    connections_.back()->place = connection.place;
    connections_[connection.place] = connections_.back();
    connections_.pop_back();
}

void Worker::sweep_later() {
    sweeping_ = true;
    timer_.expires_after(draining_ || agent_ ? kDrainPeriod : period_);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code) { self->sweep(); });
}

/// The timer stops with the last connection, so an idle server sleeps and a finished one lets its context end.
void Worker::sweep() {
    sweeping_ = false;
    const auto now = Clock::now();
    each([now](Connection& connection) { connection.check_deadline(now); });
    if (!connections_.empty()) sweep_later();
}

void Worker::announce_end() { ending_ = true; }

void Worker::begin_drain() {
    if (agent_) return;  // who is idle goes elsewhere, and the others when they are
    ending_ = draining_ = true;
    timer_.cancel();  // sweep now, and soon again: the context ends with the last connection
    each([](Connection& connection) { connection.close_if_idle(); });
}

void Worker::begin_hand_over(TravelAgent agent) {
    agent_ = std::move(agent);
    timer_.cancel();
    each([](Connection& connection) { connection.travel_if_idle(); });
}

void Worker::abort_all() {
    each([](Connection& connection) { connection.abort(); });
}

/// Closing wakes coroutines, and one that ends takes its connection off the list: visit what was there at the start.
template <class Visit>
void Worker::each(Visit visit) {
    std::vector<std::shared_ptr<Connection>> kept;
    kept.reserve(connections_.size());
    for (Connection* connection : connections_) kept.push_back(connection->shared_from_this());
    for (const auto& connection : kept) visit(*connection);
}
}  // namespace rondo::net
