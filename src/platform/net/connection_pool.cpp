#include "platform/net/connection_pool.hpp"

#include "platform/net/outbound_connection.hpp"
#include "platform/net/outbound_head.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cassert>

namespace rondo::net {
ConnectionPool::ConnectionPool(asio::io_context& loop, Outbound::Config config)
    : loop_{loop}, config_{std::move(config)}, common_headers_{render_common_headers(config_.endpoint, config_.proxy)}, sweep_timer_{loop} {
    assert(config_.tls || !config_.endpoint.tls);
}
ConnectionPool::~ConnectionPool() = default;

asio::awaitable<Result<ConnectionPool::Lease>> ConnectionPool::lease(CallContext ctx) {
    const auto self = shared_from_this();
    std::shared_ptr<OutboundConnection> connection;
    if (!idle_.empty()) {
        connection = std::move(idle_.back());
        idle_.pop_back();
        idle_count_.set(idle_.size());
    } else if (open_.read() < config_.max_connections) {
        open_.add();
    } else {
        const auto granted = co_await wait_for_place(connection, ctx);
        if (!granted) co_return propagate(granted);
    }
    const bool kept = connection && connection->usable();
    if (!kept) {
        const auto dialled = co_await dial(connection, ctx.deadline);
        if (!dialled) {
            free_place();
            co_return propagate(dialled);
        }
    } else {
        reused_.add();
    }
    co_return Lease{self, std::move(connection), kept};
}

ConnectionPool::Waiter::Waiter(ConnectionPool& owner, TimePoint until)
    : pool{owner}, woken{owner.loop_.get_executor(), until}, place{owner.waiters_.insert(owner.waiters_.end(), this)} {
    pool.waiting_.set(pool.waiters_.size());
}
ConnectionPool::Waiter::~Waiter() {
    if (!granted) pool.waiters_.erase(place);
    pool.waiting_.set(pool.waiters_.size());
}

asio::awaitable<Status> ConnectionPool::wait_for_place(std::shared_ptr<OutboundConnection>& connection, CallContext ctx) {
    const auto busy = [this](const char* what) {
        return fail(Error{Code::resource_exhausted,
                          "all " + std::to_string(config_.max_connections) + " connections to " + config_.endpoint.host + what,
                          {},
                          "POOL_EXHAUSTED"});
    };
    if (waiters_.size() >= config_.max_waiting) co_return busy(" are busy and too many wait already");
    const auto limit = std::min(ctx.deadline, Clock::now() + config_.wait_timeout);
    Waiter waiter{*this, limit};
    boost::system::error_code ec;
    co_await waiter.woken.async_wait(asio::redirect_error(asio::use_awaitable, ec));  // a grant cancels it
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        if (waiter.connection) take_back(std::move(waiter.connection));
        else if (waiter.granted) free_place();
        co_return fail(Code::cancelled, "caller gave up");
    }
    if (waiter.granted) {
        connection = std::move(waiter.connection);
        co_return Status{};
    }
    if (limit == ctx.deadline) co_return fail(Code::deadline_exceeded, "no connection to " + config_.endpoint.host + " was free in time");
    co_return busy(" stayed busy");
}

/// Replaces `connection` by a new one in the same place.
asio::awaitable<Status> ConnectionPool::dial(std::shared_ptr<OutboundConnection>& connection, TimePoint deadline) {
    if (connection) connection->close();
    connection = std::make_shared<OutboundConnection>(loop_);
    auto made = co_await connection->dial(config_, deadline);
    if (made) opened_.add();
    else if (made.error().code != Code::cancelled) failed_.add();
    co_return made;
}

void ConnectionPool::take_back(std::shared_ptr<OutboundConnection> connection) {
    connection->input().relax();
    if (grant(connection)) return;
    if (closed_ || idle_.size() >= config_.max_idle) {
        connection->close();
        free_place();
        return;
    }
    connection->idle_since = Clock::now();
    idle_.push_back(std::move(connection));
    idle_count_.set(idle_.size());
    if (!sweeping_) sweep_later();
}

void ConnectionPool::free_place() {
    if (!grant(nullptr)) open_.drop();
}

/// Hands the place, and the connection if there is one, to who has waited longest. False: nobody waits.
bool ConnectionPool::grant(std::shared_ptr<OutboundConnection> connection) {
    if (waiters_.empty()) return false;
    Waiter& first = *waiters_.front();
    waiters_.pop_front();
    first.granted = true;
    first.connection = std::move(connection);
    first.woken.cancel();
    return true;
}

void ConnectionPool::sweep_later() {
    sweeping_ = true;
    sweep_timer_.expires_at(idle_.front()->idle_since + config_.idle_time);
    sweep_timer_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
        const auto self = ec ? nullptr : weak.lock();
        if (self) self->sweep();
    });
}

void ConnectionPool::sweep() {
    sweeping_ = false;
    const auto now = Clock::now();
    while (!idle_.empty() && idle_.front()->idle_since + config_.idle_time <= now) {
        idle_.front()->close();
        idle_.pop_front();
        free_place();
    }
    idle_count_.set(idle_.size());
    if (!idle_.empty()) sweep_later();
}

void ConnectionPool::close_idle() {
    closed_ = true;
    sweep_timer_.cancel();
    for (auto& connection : idle_) {
        connection->close();
        free_place();
    }
    idle_.clear();
    idle_count_.set(0);
}

Outbound::Stats ConnectionPool::stats() const {
    return {.open = open_.read(),
            .idle = idle_count_.read(),
            .waiting = waiting_.read(),
            .opened = opened_.read(),
            .failed = failed_.read(),
            .reused = reused_.read(),
            .repeated = repeated_.read()};
}

ConnectionPool::Lease::Lease(std::shared_ptr<ConnectionPool> pool, std::shared_ptr<OutboundConnection> connection, bool reused)
    : pool_{std::move(pool)}, connection_{std::move(connection)}, reused_{reused} {}

void ConnectionPool::Lease::give_back() {
    if (const auto pool = std::exchange(pool_, nullptr)) pool->take_back(connection_);
}

void ConnectionPool::Lease::discard() {
    const auto pool = std::exchange(pool_, nullptr);
    if (!pool) return;
    connection_->close();
    pool->free_place();
}

asio::awaitable<Status> ConnectionPool::Lease::renew(CallContext ctx) {
    reused_ = false;
    pool_->repeated_.add();
    const auto pool = pool_;
    co_return co_await pool->dial(connection_, ctx.deadline);
}
}  // namespace rondo::net
