#pragma once
#include "base/async/timer.hpp"
#include "base/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace rondo::store {
/// A coroutine that waits for one of the store's threads. It counts as work of its executor, so `run()` does not return
/// under it. It ignores cancellation: what it waits for happens anyway, and soon.
class Waiter {
public:
    virtual ~Waiter() = default;
    virtual void resume() = 0;  ///< once, on `executor()`, after its result was set
    [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }

protected:
    explicit Waiter(asio::any_io_executor executor)
        : executor_{asio::prefer(std::move(executor), asio::execution::outstanding_work.tracked)} {}

private:
    asio::any_io_executor executor_;
};

template <class T>
class ResultWaiter : public Waiter {
public:
    void set(Result<T> result) { result_.emplace(std::move(result)); }

protected:
    using Waiter::Waiter;
    std::optional<Result<T>> result_;
};
template <class T>
using WaiterPtr = std::unique_ptr<ResultWaiter<T>>;

template <class T, class Handler>
class HandlerWaiter final : public ResultWaiter<T> {
public:
    explicit HandlerWaiter(Handler handler) : ResultWaiter<T>{asio::get_associated_executor(handler)}, handler_{std::move(handler)} {}
    void resume() override { std::move(handler_)(std::move(*this->result_)); }

private:
    Handler handler_;
};

/// Suspends the calling coroutine, hands its waiter to `start`, and continues with what the waiter is given.
template <class T, class Start>
asio::awaitable<Result<T>> wait_for(Start start) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<T>)>(
        [](auto handler, Start started) {
            using Handler = decltype(handler);
            started(WaiterPtr<T>{std::make_unique<HandlerWaiter<T, Handler>>(std::move(handler))});
        },
        asio::use_awaitable, std::move(start));
}

/// Resumes waiters on their executors, in the order added, with one post per executor however many wait there.
/// Used by one thread.
class Deliveries {
public:
    void add(std::unique_ptr<Waiter> waiter);  ///< its result is set
    void flush();

private:
    struct Lane {
        asio::any_io_executor executor;
        std::vector<std::unique_ptr<Waiter>> waiters;
    };
    std::vector<Lane> lanes_;  // a handful: one per event loop
};
}  // namespace rondo::store
