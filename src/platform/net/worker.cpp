#include "platform/net/worker.hpp"

#include "platform/net/connection.hpp"

#include <sys/eventfd.h>

#include <algorithm>

namespace rondo::net {
using namespace std::chrono_literals;

namespace {
constexpr Clock::duration kDrainPeriod = 5ms;
constexpr int kProbes = 20;  // in an interval of admission
constexpr std::int64_t kRefusalBursts = 20;  // so many in a second

Clock::duration sweep_period(const HttpServer::Config& config) {
    const Clock::duration shortest = std::min({config.header_timeout, config.body_timeout, config.write_timeout, config.idle_timeout});
    return std::clamp<Clock::duration>(shortest / 4, 5ms, 1s);
}
}  // namespace

Worker::Worker(std::shared_ptr<ServerShared> shared, asio::io_context& context, std::size_t number)
    : shared_{std::move(shared)},
      context_{context},
      number_{number},
      timer_{context},
      period_{sweep_period(shared_->config)},
      probe_{context},
      bell_{context, ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {}

void Worker::adopt(Newcomer newcomer) { std::make_shared<Connection>(shared_from_this(), std::move(newcomer))->start(); }

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

void Worker::announce_end() {
    ending_ = true;
    each([](Connection& connection) { connection.announce_end(); });
}

std::optional<Admission::Place> Worker::admit(Priority priority) {
    auto place = shared_->admission.admit(priority, Clock::now());
    if (!probing_ && !shared_->admission.idle()) probe_later();
    return place;
}

void Worker::probe_later() {
    probing_ = true;
    probe_due_ = Clock::now() + Clock::duration{shared_->config.admission.interval} / kProbes;
    probe_.expires_at(probe_due_);
    probe_.async_wait([self = shared_from_this()](boost::system::error_code) { self->ring(); });
}

/// A loop takes a hundred or so of its ready sockets at a time and looks at its timers in between, so a timer alone would not notice a
/// thousand that wait. What becomes ready now is heard after all of them.
void Worker::ring() {
    bell_.async_wait(Bell::wait_read, [self = shared_from_this()](boost::system::error_code) { self->probe(); });
    ::eventfd_write(bell_.native_handle(), 1);
}

/// Ends with the last request, so an idle server sleeps.
void Worker::probe() {
    probing_ = false;
    eventfd_t rung = 0;
    ::eventfd_read(bell_.native_handle(), &rung);
    const auto now = Clock::now();
    shared_->admission.observe(number_, std::max(now - probe_due_, Clock::duration::zero()), now);
    if (!shared_->admission.idle()) probe_later();
}

Clock::duration Worker::refusal_delay() {
    const auto a_second = shared_->config.admission.refusals_per_second;
    const Gcra::Rate rate{.units = a_second, .period = 1s, .burst = std::max<std::int64_t>(1, a_second / kRefusalBursts)};
    const auto now = Clock::now();
    const auto wait = refusals_.look(rate, now).retry_after;
    refusals_.charge(rate, 1, now);
    return wait;
}

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
