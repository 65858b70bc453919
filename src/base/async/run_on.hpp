#pragma once
#include "base/async/timer.hpp"
#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace rondo {
/// Runs `work` on the loop `there` and resumes here with its result; in place when we are there already. A cancellation of the
/// caller is told to `work` on its own loop; the caller still waits until `work` has unwound.
/// Errors: those of `work`; what it throws is thrown here.
///
/// co_spawn() with use_awaitable would do, but that of Boost 1.81 reaches for the caller's cancellation slot from the other
/// thread, after a completion that came at the same time may have freed it. Here the signal is kept by all who use it.
template <class T>
asio::awaitable<Result<T>> run_on(asio::any_io_executor there, asio::awaitable<Result<T>> work) {
    if (co_await asio::this_coro::executor == there) co_return co_await std::move(work);
    co_await asio::this_coro::throw_if_cancelled(false);
    struct Call {
        asio::cancellation_signal cancel;
        std::optional<Result<T>> result;
    };
    auto call = std::make_shared<Call>();
    auto run = [](std::shared_ptr<Call> into, asio::awaitable<Result<T>> what) -> asio::awaitable<void> {
        co_await asio::this_coro::throw_if_cancelled(false);
        into->result.emplace(co_await std::move(what));
    };
    auto initiate = [there, call](auto handler, asio::awaitable<void> running) {
        if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) {
            slot.assign([there, call](asio::cancellation_type type) { asio::post(there, [call, type] { call->cancel.emit(type); }); });
        }
        auto home = asio::make_work_guard(handler);
        auto finish = [call, home = std::move(home), handler = std::move(handler)](const std::exception_ptr& thrown) mutable {
            asio::dispatch(home.get_executor(), [handler = std::move(handler), thrown]() mutable { std::move(handler)(thrown); });
        };
        asio::co_spawn(there, std::move(running), asio::bind_cancellation_slot(call->cancel.slot(), std::move(finish)));
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(std::move(initiate), asio::use_awaitable,
                                                                                           run(call, std::move(work)));
    co_return std::move(*call->result);
}
}  // namespace rondo
