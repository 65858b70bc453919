#include "engine/llm/gateway_sink.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>

namespace rondo::llm {
namespace {
asio::awaitable<std::optional<Status>> kept(asio::awaitable<Status> inner) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_return co_await std::move(inner);
}
}  // namespace

asio::awaitable<Status> GatewaySink::put_closable(Delta delta) {
    if (closed_) co_return Status{};
    struct Busy {
        GatewaySink& sink;
        explicit Busy(GatewaySink& which) : sink{which} { sink.busy_ = true; }
        ~Busy() {
            sink.busy_ = false;
            sink.idle_.notify();
        }
    } busy{*this};
    const auto executor = co_await asio::this_coro::executor;
    // Spawned, so that it can be cancelled without the attempt around it.
    auto status =
        co_await asio::co_spawn(executor, kept(sink_(std::move(delta))), asio::bind_cancellation_slot(stop_.slot(), asio::use_awaitable));
    if (closed_) co_return Status{};
    co_return std::move(*status);
}

asio::awaitable<void> GatewaySink::close() {
    closed_ = true;
    stop_.emit(asio::cancellation_type::terminal);
    while (busy_) (void)co_await idle_.wait();
    sink_ = nullptr;
}
}  // namespace rondo::llm
