#include "engine/llm/gateway_target.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace rondo::llm {
namespace {
CircuitBreaker::Config breaker_of(const GatewayConfig& c) {
    return {.window = c.breaker_window,
            .min_calls = c.breaker_min_calls,
            .failure_rate = c.breaker_failure_rate,
            .open_for = c.breaker_open,
            .open_limit = c.breaker_open_limit,
            .jitter = c.breaker_jitter,
            .probes = c.breaker_probes};
}
RetryBudget::Config retries_of(const GatewayConfig& c) {
    return {.ratio = c.retry_ratio, .floor = c.retry_floor, .window = c.retry_window};
}
}  // namespace

/// Somebody in the bulkhead's queue. The timer is touched on its own loop only.
struct TargetState::Waiting {
    Waiting(const asio::any_io_executor& executor, TimePoint until) : timer{executor, until} {}
    Timer timer;
};

TargetState::TargetState(std::string id, const GatewayConfig& config, obs::Registry& registry,
                         std::function<void(const BreakerEvent&)> on_breaker, std::uint64_t seed)
    : id_{std::move(id)},
      metrics_{registry, id_},
      on_breaker_{std::move(on_breaker)},
      breaker_{breaker_of(config), Rng{seed}},
      bulkhead_{static_cast<std::size_t>(config.concurrency), static_cast<std::size_t>(config.queue)},
      retries_{retries_of(config)},
      queue_wait_{config.queue_wait} {
    metrics_.breaker(breaker_.state());
}

void TargetState::configure(const GatewayConfig& config) {
    const std::scoped_lock lock{mutex_};
    breaker_.configure(breaker_of(config));
    retries_.configure(retries_of(config));
    queue_wait_ = config.queue_wait;
    for (const auto waiter : bulkhead_.resize(static_cast<std::size_t>(config.concurrency), static_cast<std::size_t>(config.queue))) {
        wake(waiter);
    }
}

template <class Change>
auto TargetState::with_breaker(Change change) {
    std::unique_lock lock{mutex_};
    const auto from = breaker_.state();
    const auto now = Clock::now();
    auto result = change(now);
    const auto to = breaker_.state();
    const auto retry_after = breaker_.retry_after(now);
    if (from != to) {
        metrics_.breaker_moved(to);
        lock.unlock();
        if (on_breaker_) on_breaker_({.target = id_, .from = from, .to = to, .retry_after = retry_after});
    }
    return result;
}

std::expected<TargetState::Permit, TargetState::Refusal> TargetState::enter_breaker() {
    const auto ticket = with_breaker([this](TimePoint now) {
        const auto admitted = breaker_.admit(now);
        if (admitted) retries_.called(now);
        return admitted;
    });
    if (ticket) return Permit{shared_from_this(), *ticket};
    leave();
    return std::unexpected{Refusal::breaker_open};
}

std::expected<TargetState::Permit, TargetState::Refusal> TargetState::try_admit() {
    {
        const std::scoped_lock lock{mutex_};
        if (!breaker_.admits(Clock::now())) return std::unexpected{Refusal::breaker_open};
        if (!bulkhead_.try_enter()) return std::unexpected{Refusal::busy};
    }
    return enter_breaker();
}

asio::awaitable<std::expected<TargetState::Permit, TargetState::Refusal>> TargetState::admit(CallContext ctx) {
    auto at_once = try_admit();
    if (at_once || at_once.error() != Refusal::busy) co_return at_once;
    co_await asio::this_coro::throw_if_cancelled(false);
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
        co_return std::unexpected{Refusal::cancelled};
    }
    const auto executor = co_await asio::this_coro::executor;
    std::shared_ptr<Waiting> waiting;
    Bulkhead::Waiter place{};
    {
        const std::scoped_lock lock{mutex_};
        const auto joined = bulkhead_.join();
        if (!joined) co_return std::unexpected{Refusal::busy};
        place = *joined;
        waiting = std::make_shared<Waiting>(executor, ctx.within(queue_wait_).deadline);
        waiting_.emplace(place, waiting);
    }
    // However this coroutine ends, destroyed while it waits included, its place or permit goes back.
    struct Place {
        TargetState& state;
        Bulkhead::Waiter waiter;
        bool kept{false};
        [[nodiscard]] bool give_up() const {
            const std::scoped_lock lock{state.mutex_};
            state.waiting_.erase(waiter);
            return state.bulkhead_.abandon(waiter);
        }
        ~Place() {
            if (!kept && !give_up()) state.leave();
        }
    } held{*this, place};
    boost::system::error_code ec;
    co_await waiting->timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
        co_return std::unexpected{Refusal::cancelled};
    }
    held.kept = true;
    if (held.give_up()) co_return std::unexpected{Refusal::busy};  // the time was up
    co_return enter_breaker();
}

void TargetState::leave() {
    const std::scoped_lock lock{mutex_};
    wake(bulkhead_.leave());
}

void TargetState::wake(std::optional<Bulkhead::Waiter> waiter) {
    if (!waiter) return;
    auto entry = waiting_.extract(*waiter);
    if (!entry) return;
    const auto executor = entry.mapped()->timer.get_executor();
    asio::post(executor, [waiting = std::move(entry.mapped())] { waiting->timer.cancel(); });
}

TargetState::Permit::~Permit() {
    if (!state_) return;
    if (!ended_) {
        const std::scoped_lock lock{state_->mutex_};
        state_->breaker_.ignored(ticket_);
    }
    state_->leave();
}

void TargetState::Permit::end(bool success) {
    if (std::exchange(ended_, true)) return;
    state_->with_breaker([&](TimePoint now) {
        if (success) state_->breaker_.succeeded(ticket_, now);
        else state_->breaker_.failed(ticket_, now);
        return success;
    });
}

bool TargetState::take_retry() {
    const std::scoped_lock lock{mutex_};
    return retries_.take(Clock::now());
}

void TargetState::first_token(Clock::duration took) {
    metrics_.first_token(std::chrono::duration<double>(took).count());
    const std::scoped_lock lock{mutex_};
    times_[times_seen_++ % kTimes] = took;
}

std::optional<Clock::duration> TargetState::first_token_p95() const {
    std::array<Clock::duration, kTimes> times;
    std::size_t count = 0;
    {
        const std::scoped_lock lock{mutex_};
        count = std::min(times_seen_, kTimes);
        times = times_;
    }
    if (count < kEnough) return std::nullopt;
    const auto nth = times.begin() + static_cast<std::ptrdiff_t>(count * 95 / 100);
    std::nth_element(times.begin(), nth, times.begin() + static_cast<std::ptrdiff_t>(count));
    return *nth;
}

Clock::duration TargetState::retry_after() const {
    const std::scoped_lock lock{mutex_};
    return breaker_.retry_after(Clock::now());
}

TargetStatus TargetState::status() const {
    const auto p95 = first_token_p95();
    const std::scoped_lock lock{mutex_};
    return {.id = id_,
            .breaker = breaker_.state(),
            .retry_after = breaker_.retry_after(Clock::now()),
            .in_use = bulkhead_.in_use(),
            .waiting = bulkhead_.waiting(),
            .first_token_p95 = p95};
}
}  // namespace rondo::llm
