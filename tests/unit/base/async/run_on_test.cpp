#include "base/async/run_on.hpp"

#include "base/async/event_loops.hpp"
#include "base/async/within.hpp"

#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace rondo {
namespace {
using namespace std::chrono_literals;

class RunOnTest : public testing::Test {
protected:
    RunOnTest() { loops.start(); }

    [[nodiscard]] asio::any_io_executor here() { return loops.at(0).get_executor(); }
    [[nodiscard]] asio::any_io_executor there() { return loops.at(1).get_executor(); }

    /// Runs `op` on the first loop and waits for it.
    template <class T>
    Result<T> run(asio::awaitable<Result<T>> op) {
        auto boxed = [](asio::awaitable<Result<T>> inner) -> asio::awaitable<std::optional<Result<T>>> {
            co_return co_await std::move(inner);
        };
        return *asio::co_spawn(here(), boxed(std::move(op)), asio::use_future).get();
    }

    EventLoops loops{2, {}, {}};
};

asio::awaitable<Result<std::thread::id>> which_thread() { co_return std::this_thread::get_id(); }

asio::awaitable<Result<int>> after(Clock::duration delay, int value) {
    const auto waited = co_await pause(delay);
    if (!waited) co_return propagate(waited);
    co_return value;
}

TEST_F(RunOnTest, TheWorkIsThereAndTheResultIsHere) {
    struct Seen {
        std::thread::id before, during, after;
    };
    const auto seen = run([](asio::any_io_executor there) -> asio::awaitable<Result<Seen>> {
        Seen threads{.before = std::this_thread::get_id(), .during = {}, .after = {}};
        threads.during = *co_await run_on(there, which_thread());
        threads.after = std::this_thread::get_id();
        co_return threads;
    }(there()));
    EXPECT_NE(seen->during, seen->before);
    EXPECT_EQ(seen->after, seen->before);
}

TEST_F(RunOnTest, OnOurOwnLoopItIsDoneInPlace) {
    const auto same = run([](asio::any_io_executor ours) -> asio::awaitable<Result<bool>> {
        const auto id = co_await run_on(ours, which_thread());
        co_return *id == std::this_thread::get_id();
    }(here()));
    EXPECT_TRUE(*same);
}

TEST_F(RunOnTest, ErrorsAndExceptionsComeBack) {
    auto failing = []() -> asio::awaitable<Result<int>> { co_return fail(Code::not_found, "no"); };
    EXPECT_EQ(run(run_on(there(), failing())).error().code, Code::not_found);
    auto throwing = []() -> asio::awaitable<Result<int>> {
        throw std::runtime_error{"bug"};
        co_return 0;
    };
    EXPECT_THROW(run(run_on(there(), throwing())), std::runtime_error);
}

TEST_F(RunOnTest, ADeadlineHereEndsTheWorkThere) {
    const auto given_up = run(within(CallContext{}.within(1ms), run_on(there(), after(24h, 7))));
    EXPECT_EQ(given_up.error().code, Code::deadline_exceeded);
}

TEST_F(RunOnTest, ACancellationMayMeetTheCompletion) {
    // Deadlines and completions within the same few microseconds, in every order; the sanitizers watch.
    auto caller = [](asio::any_io_executor there) -> asio::awaitable<Result<int>> {
        int in_time = 0;
        for (int i = 0; i < 400; ++i) {
            const auto delay = std::chrono::microseconds{i % 20};
            const auto result = co_await within(CallContext{}.within(10us), run_on(there, after(delay, i)));
            if (!result && result.error().code != Code::deadline_exceeded) co_return propagate(result);
            in_time += result ? 1 : 0;
        }
        co_return in_time;
    };
    auto several = [&caller](asio::any_io_executor home, asio::any_io_executor other) -> asio::awaitable<std::optional<Result<int>>> {
        co_return co_await run_on(home, caller(other));
    };
    std::vector<std::future<std::optional<Result<int>>>> all;
    for (int i = 0; i < 8; ++i) {
        const bool swapped = i % 2 == 1;
        const auto home = swapped ? there() : here();
        all.push_back(asio::co_spawn(home, several(home, swapped ? here() : there()), asio::use_future));
    }
    for (auto& one : all) EXPECT_TRUE(one.get()->has_value());
}
}  // namespace
}  // namespace rondo
