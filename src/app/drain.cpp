// How the App ends: by a signal, or because another process follows it.
#include "app/app.hpp"
#include "base/async/within.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

namespace rondo::app {
namespace {
constexpr std::chrono::seconds kUnwinding{1};  // of the drain, for what is cancelled at its end
constexpr std::chrono::seconds kProgress{1};   // between two lines about it
}  // namespace

void App::drain() {
    const auto pin = configuration_->current();
    const auto& limits = pin->value.config().server;
    const TimePoint deadline = Clock::now() + limits.drain_timeout;
    draining_ = true;
    server_->begin_drain();
    if (limits.drain_delay > Clock::duration::zero()) asio::co_spawn(loops_->at(0), pause(limits.drain_delay), asio::use_future).get();
    refusing_ = true;
    server_->stop_accepting();
    finish_work(deadline, {});
}

void App::hand_over(net::TravelAgent agent, const std::function<void(std::string)>& progress) {
    const TimePoint deadline = Clock::now() + configuration_->current()->value.config().server.drain_timeout;
    server_->begin_hand_over(std::move(agent));
    finish_work(deadline, progress);
}

void App::finish_work(TimePoint deadline, const std::function<void(std::string)>& progress) {
    const TimePoint began = Clock::now();
    // What is left at the end is cancelled, which takes a moment, too.
    const auto unwinding = std::min<Clock::duration>(kUnwinding, (deadline - began) / 10);
    auto done = asio::co_spawn(loops_->at(0), finish_on_loop(deadline - unwinding), asio::use_future);
    while (done.wait_for(kProgress) != std::future_status::ready) {
        if (progress) progress(fmt::format("{} connections are being answered", server_->open_connections()));
    }
    done.get();
    log_.info("drained", {{"took_ms", std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count()}}});
}

asio::awaitable<void> App::finish_on_loop(TimePoint deadline) {
    // Streams end when their turns do, so the turns are waited for while connections are still being answered.
    CallContext ctx;
    ctx.deadline = deadline;
    const auto idle = co_await turns_->drain(ctx);
    if (!idle) log_.warn("drain_incomplete", {{"message", "turns still run; the next start resumes them"}});
    feed_->close();  // its streams have no end of their own
    co_await server_->drain(deadline);
}

net::Descriptor App::listener() const { return draining_ ? net::Descriptor{} : server_->listener(); }
}  // namespace rondo::app
