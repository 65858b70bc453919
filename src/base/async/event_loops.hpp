#pragma once
#include "base/async/timer.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace rondo {
/// One `io_context` and one thread per core. Handlers never block: each loop measures how late its own timer fires.
class EventLoops {
public:
    /// `on_lag(seconds)` is called on each loop about ten times a second; `on_panic(what)` when a handler threw. May be empty.
    /// `busy_poll`: how long a loop goes on looking for work after the last before it sleeps. It saves the waking, which takes
    /// several microseconds, more in a virtual machine, and costs the core's time instead.
    EventLoops(std::size_t count, std::function<void(double)> on_lag, std::function<void(const char*)> on_panic,
               Clock::duration busy_poll = Clock::duration::zero());
    ~EventLoops();  ///< stops and joins
    EventLoops(const EventLoops&) = delete;
    EventLoops& operator=(const EventLoops&) = delete;

    void start();
    /// Joins, then destroys what still waits in any of the loops while all of them are there: a coroutine of one may own a
    /// timer of another. Call after a drain, before what those coroutines refer to goes; never from a loop.
    void stop();

    [[nodiscard]] std::size_t size() const { return loops_.size(); }
    [[nodiscard]] asio::io_context& at(std::size_t index) { return loops_[index]->context; }
    /// The home of everything that hashes to `hash`: always the same loop.
    [[nodiscard]] asio::io_context& home(std::size_t hash) { return at(hash % size()); }
    [[nodiscard]] std::vector<asio::io_context*> all();

private:
    struct Context : asio::io_context {
        using asio::io_context::io_context;
        using asio::io_context::shutdown;
    };
    struct Loop {
        Context context{1};  // one thread runs it; others may post
        Timer probe{context};
        TimePoint due{};
        std::thread thread;
        bool shut{false};
    };
    void arm(Loop& loop);
    void run(Loop& loop);
    void poll(Context& context) const;

    std::function<void(double)> on_lag_;
    std::function<void(const char*)> on_panic_;
    const Clock::duration busy_poll_;
    std::vector<std::unique_ptr<Loop>> loops_;
};
}  // namespace rondo
