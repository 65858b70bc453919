#pragma once
#include "base/async/context.hpp"
#include "base/async/timer.hpp"
#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>

namespace rondo {
/// Awaits `op` until ctx.deadline, then cancels it and waits for it to unwind; a late value still counts.
/// A context without a deadline awaits `op` in place, which costs nothing.
/// Errors: those of `op`, `deadline_exceeded`, and `cancelled` when our own caller gave up.
template <class T>
asio::awaitable<Result<T>> within(CallContext ctx, asio::awaitable<Result<T>> op) {
    if (ctx.deadline == TimePoint::max()) co_return co_await std::move(op);
    co_await asio::this_coro::throw_if_cancelled(false);
    // Asio tells a cancellation once, to whatever waits at that moment: look whether it came before.
    const auto before = co_await asio::this_coro::cancellation_state;
    if (before.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
    auto executor = co_await asio::this_coro::executor;
    Timer timer{executor, ctx.deadline};
    // Optional because Asio default-constructs what a spawned coroutine returns, and a Result<T> may have no default.
    auto kept = [](asio::awaitable<Result<T>> inner) -> asio::awaitable<std::optional<Result<T>>> { co_return co_await std::move(inner); };
    auto race = asio::experimental::make_parallel_group(asio::co_spawn(executor, kept(std::move(op)), asio::deferred),
                                                        timer.async_wait(asio::deferred));
    auto [order, thrown, result, ec] = co_await race.async_wait(asio::experimental::wait_for_one{}, asio::use_awaitable);

    if (!thrown && result && *result) co_return std::move(*result);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
    if (order[0] == 1) co_return fail(Code::deadline_exceeded, "no result before the deadline");
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(*result);
}

/// Waits for `delay`, or less when cancelled.
inline asio::awaitable<Status> pause(Clock::duration delay) {
    co_await asio::this_coro::throw_if_cancelled(false);
    // A cancellation that came before the wait would not end it.
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return fail(Code::cancelled, "caller gave up");
    Timer timer{co_await asio::this_coro::executor, Clock::now() + delay};
    boost::system::error_code ec;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return fail(Code::cancelled, "caller gave up");
    co_return Status{};
}
}  // namespace rondo
