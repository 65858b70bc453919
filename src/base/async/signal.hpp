#pragma once
#include "base/async/timer.hpp"
#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace rondo {
/// Coroutines wait here until somebody says that something changed. Like a condition variable without the mutex: every
/// waiter and notifier runs on the one executor. Wakes all; a waiter looks again at what it waits for.
class Signal {
public:
    explicit Signal(asio::any_io_executor executor) : timer_{std::move(executor), TimePoint::max()} {}

    /// Errors: `cancelled`. A cancellation that came before the wait does not end it, so that who was cancelled can still
    /// wait for others to unwind; it is told when it is woken. Look at the cancellation state first where that matters.
    asio::awaitable<Status> wait() {
        co_await asio::this_coro::throw_if_cancelled(false);
        boost::system::error_code ec;
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ec));  // notify() ends it, so ec is always set
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
        co_return Status{};
    }
    void notify() { timer_.cancel(); }

private:
    Timer timer_;
};
}  // namespace rondo
