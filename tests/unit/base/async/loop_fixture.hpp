#pragma once
#include "base/async/timer.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace rondo {
/// A loop whose time the test moves, and coroutines started on it that the test may cancel.
class LoopTest : public testing::Test {
protected:
    template <class T>
    struct Started {
        std::optional<Result<T>> result;
        std::exception_ptr thrown;
        asio::cancellation_signal stop;
    };

    template <class T>
    std::shared_ptr<Started<T>> start(asio::awaitable<Result<T>> work) {
        auto started = std::make_shared<Started<T>>();
        auto boxed = [](asio::awaitable<Result<T>> inner) -> asio::awaitable<std::optional<Result<T>>> {
            co_return co_await std::move(inner);
        };
        asio::co_spawn(
            io, boxed(std::move(work)),
            asio::bind_cancellation_slot(started->stop.slot(), [started](std::exception_ptr thrown, std::optional<Result<T>> result) {
                started->thrown = std::move(thrown);
                started->result = std::move(result);
            }));
        poll();
        return started;
    }
    template <class T>
    void cancel(Started<T>& started) {
        started.stop.emit(asio::cancellation_type::terminal);
        poll();
    }
    void advance(Clock::duration by) {
        clock.advance(by);
        poll();
    }
    /// Asio looks at its timers when the kernel's timer fires; one that is due long since makes it look now.
    void poll() {
        bool looked = false;
        Timer due{io, TimePoint{}};
        due.async_wait([&](const auto&) { looked = true; });
        while (!looked) {
            io.restart();
            io.poll();
        }
        io.restart();
        io.poll();
    }

    ManualClock clock;
    asio::io_context io;
};

/// "value", "waits" or the name of the error's code.
template <class Started>
const char* outcome(const Started& started) {
    if (started.thrown) return "thrown";
    if (!started.result) return "waits";
    return *started.result ? "value" : name(started.result->error().code);
}
}  // namespace rondo
