#include "base/async/event_loops.hpp"

#include <utility>

#include <exception>

namespace rondo {
namespace {
constexpr std::chrono::milliseconds kProbeInterval{100};
}

EventLoops::EventLoops(std::size_t count, std::function<void(double)> on_lag, std::function<void(const char*)> on_panic,
                       Clock::duration busy_poll)
    : on_lag_{std::move(on_lag)}, on_panic_{std::move(on_panic)}, busy_poll_{busy_poll} {
    for (std::size_t i = 0; i < count; ++i) loops_.push_back(std::make_unique<Loop>());
}

EventLoops::~EventLoops() { stop(); }

void EventLoops::start() {
    for (auto& loop : loops_) {
        arm(*loop);  // also keeps the loop from running out of work
        loop->thread = std::thread{[this, &loop = *loop] { run(loop); }};
    }
}

void EventLoops::run(Loop& loop) {
    for (;;) {
        try {
            if (busy_poll_ > Clock::duration::zero()) poll(loop.context);
            else loop.context.run();
            return;
        } catch (const std::exception& thrown) {  // a handler's bug must not take every other conversation with it
            if (on_panic_) on_panic_(thrown.what());
        }
    }
}

void EventLoops::poll(Context& context) const {
    TimePoint last = Clock::now();
    while (!context.stopped()) {
        if (context.poll() > 0) last = Clock::now();
        else if (Clock::now() - last >= busy_poll_ && context.run_one() > 0) last = Clock::now();
    }
}

void EventLoops::arm(Loop& loop) {
    loop.due = Clock::now() + kProbeInterval;
    loop.probe.expires_at(loop.due);
    loop.probe.async_wait([this, &loop](const boost::system::error_code& ec) {
        if (ec) return;
        const auto late = Clock::now() - loop.due;
        arm(loop);  // first: a loop without its probe could run out of work and end
        if (on_lag_) on_lag_(std::chrono::duration<double>(late).count());
    });
}

void EventLoops::stop() {
    for (auto& loop : loops_) loop->context.stop();
    for (auto& loop : loops_) {
        if (loop->thread.joinable()) loop->thread.join();
    }
    for (auto& loop : loops_) {
        if (!std::exchange(loop->shut, true)) loop->context.shutdown();
    }
}

std::vector<asio::io_context*> EventLoops::all() {
    std::vector<asio::io_context*> contexts;
    for (auto& loop : loops_) contexts.push_back(&loop->context);
    return contexts;
}
}  // namespace rondo
