#pragma once
#include "base/async/timer.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace rondo::support {
/// The test's own event loop, run on its thread and only while it waits for something.
class Loop {
public:
    [[nodiscard]] asio::io_context& context() { return context_; }

    /// Runs until `work` is done and returns what it returned; whatever else was spawned goes on meanwhile.
    template <class T>
    T wait(asio::awaitable<T> work) {
        std::optional<T> result;
        std::exception_ptr thrown;
        bool done = false;
        auto boxed = [](asio::awaitable<T> inner) -> asio::awaitable<std::optional<T>> { co_return co_await std::move(inner); };
        asio::co_spawn(context_, boxed(std::move(work)), [&](std::exception_ptr error, std::optional<T> value) {
            thrown = std::move(error);
            result = std::move(value);
            done = true;
        });
        context_.restart();
        while (!done) {
            if (context_.run_one() == 0) throw std::logic_error{"the loop has nothing left to do and the work is not done"};
        }
        if (thrown) std::rethrow_exception(thrown);
        return std::move(*result);
    }

    /// Runs until nothing that was spawned is left.
    void finish() {
        context_.restart();
        context_.run();
    }

private:
    asio::io_context context_{1};
};
}  // namespace rondo::support
