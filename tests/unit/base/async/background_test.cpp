#include "base/async/background.hpp"

#include "base/async/run_on.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace rondo {
namespace {
TEST(Background, FinishRunsWhatWasPostedInOrder) {
    std::vector<int> ran;
    Background background{{}};
    for (int i = 0; i < 3; ++i) asio::post(background.executor(), [&ran, i] { ran.push_back(i); });
    background.finish();
    EXPECT_EQ(ran, (std::vector<int>{0, 1, 2}));
}

TEST(Background, APanicIsReportedAndTheRestRuns) {
    std::string panic;
    bool ran = false;
    Background background{[&](const char* what) { panic = what; }};
    asio::post(background.executor(), [] { throw std::runtime_error{"a bug"}; });
    asio::post(background.executor(), [&] { ran = true; });
    background.finish();
    EXPECT_EQ(panic, "a bug");
    EXPECT_TRUE(ran);
}

TEST(Background, AHoldKeepsTheThreadForWhatIsPostedWhileItLasts) {
    Background background{{}};
    auto hold = background.hold();
    ASSERT_TRUE(hold);
    bool ran = false;
    std::thread late{[&] {
        while (background.hold()) std::this_thread::yield();  // until finish() has begun
        asio::post(background.executor(), [&] { ran = true; });
        hold.reset();
    }};
    background.finish();
    late.join();
    EXPECT_TRUE(ran);
    EXPECT_FALSE(background.hold()) << "it has ended";
}

TEST(Background, ACoroutineGoesThereAndComesBack) {
    Background background{{}};
    asio::io_context home;
    const auto here = std::this_thread::get_id();
    bool elsewhere = false, back = false;
    const auto visit = [&]() -> asio::awaitable<void> {
        const auto work = [&]() -> asio::awaitable<Result<int>> {
            elsewhere = std::this_thread::get_id() != here;
            co_return 1;
        };
        const auto done = co_await run_on(background.executor(), work());
        back = done && std::this_thread::get_id() == here;
    };
    asio::co_spawn(home, visit(), [](std::exception_ptr) {});
    home.run();
    EXPECT_TRUE(elsewhere);
    EXPECT_TRUE(back);
}
}  // namespace
}  // namespace rondo
