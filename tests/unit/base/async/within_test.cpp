#include "base/async/within.hpp"

#include "loop_fixture.hpp"

#include <stdexcept>

namespace rondo {
namespace {
using namespace std::chrono_literals;

CallContext until(Clock::duration budget) { return CallContext{}.within(budget); }

class WithinTest : public LoopTest {
protected:
    /// A value after `delay`; `cancelled` when given up before.
    static asio::awaitable<Result<int>> after(Clock::duration delay, int value) {
        const auto waited = co_await pause(delay);
        if (!waited) co_return propagate(waited);
        co_return value;
    }
    /// Takes no notice of being cancelled: its value comes late.
    static asio::awaitable<Result<int>> stubborn(Clock::duration delay, int value) {
        (void)co_await pause(delay);
        co_return value;
    }
    static asio::awaitable<Result<int>> failing(Code code) { co_return fail(code, "no"); }
    static asio::awaitable<Result<int>> throwing() {
        throw std::runtime_error{"bug"};
        co_return 0;
    }
};

TEST_F(WithinTest, AValueInTimeIsTheAnswer) {
    const auto call = start(within(until(5ms), after(3ms, 7)));
    EXPECT_STREQ(outcome(*call), "waits");
    advance(3ms);
    ASSERT_STREQ(outcome(*call), "value");
    EXPECT_EQ(**call->result, 7);
}

TEST_F(WithinTest, TheDeadlineEndsTheWaitAndTheWork) {
    const auto call = start(within(until(5ms), after(9ms, 7)));
    advance(4ms);
    EXPECT_STREQ(outcome(*call), "waits");
    advance(1ms);
    EXPECT_STREQ(outcome(*call), "deadline_exceeded");
}

TEST_F(WithinTest, ALateValueStillCounts) {
    const auto call = start(within(until(5ms), stubborn(9ms, 7)));
    advance(5ms);
    ASSERT_STREQ(outcome(*call), "value");
    EXPECT_EQ(**call->result, 7);
}

TEST_F(WithinTest, ACallerThatGivesUpIsToldSo) {
    const auto call = start(within(until(5ms), after(9ms, 7)));
    cancel(*call);
    EXPECT_STREQ(outcome(*call), "cancelled");
}

TEST_F(WithinTest, ACallerThatGivesUpWithoutADeadlineIsToldSo) {
    const auto call = start(within(CallContext{}, after(9ms, 7)));
    cancel(*call);
    EXPECT_STREQ(outcome(*call), "cancelled");
}

TEST_F(WithinTest, ErrorsOfTheWorkPassUnchanged) {
    EXPECT_STREQ(outcome(*start(within(until(5ms), failing(Code::not_found)))), "not_found");
    EXPECT_STREQ(outcome(*start(within(CallContext{}, failing(Code::aborted)))), "aborted");
}

TEST_F(WithinTest, WhatTheWorkThrowsIsThrown) { EXPECT_STREQ(outcome(*start(within(until(5ms), throwing()))), "thrown"); }

TEST_F(WithinTest, PauseTakesItsTime) {
    const auto call = start(pause(5ms));
    advance(4ms);
    EXPECT_STREQ(outcome(*call), "waits");
    advance(1ms);
    EXPECT_STREQ(outcome(*call), "value");
}

TEST_F(WithinTest, PauseEndsWhenCancelled) {
    const auto call = start(pause(5ms));
    cancel(*call);
    EXPECT_STREQ(outcome(*call), "cancelled");
}

TEST_F(WithinTest, PauseSeesACancellationThatCameBeforeIt) {
    const auto call = start([]() -> asio::awaitable<Status> {
        (void)co_await pause(5ms);  // is cancelled here, and the caller goes on all the same
        co_return co_await pause(5ms);
    }());
    cancel(*call);
    EXPECT_STREQ(outcome(*call), "cancelled");
}
}  // namespace
}  // namespace rondo
