#include "base/async/signal.hpp"

#include "loop_fixture.hpp"

namespace rondo {
namespace {
using SignalTest = LoopTest;

TEST_F(SignalTest, NotifyWakesEveryWaiter) {
    Signal signal{io.get_executor()};
    const auto first = start(signal.wait());
    const auto second = start(signal.wait());
    EXPECT_STREQ(outcome(*first), "waits");
    signal.notify();
    poll();
    EXPECT_STREQ(outcome(*first), "value");
    EXPECT_STREQ(outcome(*second), "value");
}

TEST_F(SignalTest, WhoComesAfterTheNotifyWaitsForTheNext) {
    Signal signal{io.get_executor()};
    signal.notify();
    const auto late = start(signal.wait());
    EXPECT_STREQ(outcome(*late), "waits");
    signal.notify();
    poll();
    EXPECT_STREQ(outcome(*late), "value");
}

TEST_F(SignalTest, ACancelledWaiterLeavesTheOthersWaiting) {
    Signal signal{io.get_executor()};
    const auto given_up = start(signal.wait());
    const auto patient = start(signal.wait());
    cancel(*given_up);
    EXPECT_STREQ(outcome(*given_up), "cancelled");
    EXPECT_STREQ(outcome(*patient), "waits");
    signal.notify();
    poll();
    EXPECT_STREQ(outcome(*patient), "value");
}

TEST_F(SignalTest, WhoWasCancelledBeforeCanStillWaitForOthersToUnwind) {
    Signal signal{io.get_executor()};
    const auto waiter = start([](Signal& on) -> asio::awaitable<Status> {
        (void)co_await on.wait();  // is cancelled here
        co_return co_await on.wait();
    }(signal));
    cancel(*waiter);
    EXPECT_STREQ(outcome(*waiter), "waits");
    signal.notify();
    poll();
    EXPECT_STREQ(outcome(*waiter), "cancelled");
}
}  // namespace
}  // namespace rondo
