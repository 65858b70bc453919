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
    EventLoops(std::size_t count, std::function<void(double)> on_lag, std::function<void(const char*)> on_panic);
    ~EventLoops();  ///< stops and joins
    EventLoops(const EventLoops&) = delete;
    EventLoops& operator=(const EventLoops&) = delete;

    void start();
    void stop();  ///< abandons what still waits, then joins; call after a drain, never from a loop

    [[nodiscard]] std::size_t size() const { return loops_.size(); }
    [[nodiscard]] asio::io_context& at(std::size_t index) { return loops_[index]->context; }
    /// The home of everything that hashes to `hash`: always the same loop.
    [[nodiscard]] asio::io_context& home(std::size_t hash) { return at(hash % size()); }
    [[nodiscard]] std::vector<asio::io_context*> all();

private:
    struct Loop {
        asio::io_context context{1};  // one thread runs it; others may post
        Timer probe{context};
        TimePoint due{};
        std::thread thread;
    };
    void arm(Loop& loop);
    void run(Loop& loop);

    std::function<void(double)> on_lag_;
    std::function<void(const char*)> on_panic_;
    std::vector<std::unique_ptr<Loop>> loops_;
};
}  // namespace rondo
