#include "base/async/event_loops.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace rondo {
namespace {
/// Runs `work` on the loop and waits for it.
template <class Work>
auto on(asio::io_context& loop, Work work) {
    std::packaged_task<std::invoke_result_t<Work>()> task{std::move(work)};
    auto done = task.get_future();
    asio::post(loop, std::move(task));
    return done.get();
}

TEST(EventLoops, EachHasAThreadOfItsOwn) {
    EventLoops loops{2, {}, {}};
    loops.start();
    const auto thread = [] { return std::this_thread::get_id(); };
    EXPECT_EQ(on(loops.at(0), thread), on(loops.at(0), thread));
    EXPECT_NE(on(loops.at(0), thread), on(loops.at(1), thread));
    EXPECT_EQ(loops.all(), (std::vector<asio::io_context*>{&loops.at(0), &loops.at(1)}));
}

TEST(EventLoops, AHashHasOneHome) {
    EventLoops loops{3, {}, {}};
    EXPECT_EQ(&loops.home(7), &loops.at(1));
    EXPECT_EQ(&loops.home(7), &loops.home(10));
}

TEST(EventLoops, APanicIsReportedAndTheLoopGoesOn) {
    std::promise<std::string> panic;
    EventLoops loops{1, {}, [&](const char* what) { panic.set_value(what); }};
    loops.start();
    asio::post(loops.at(0), [] { throw std::runtime_error{"a handler's bug"}; });
    EXPECT_EQ(panic.get_future().get(), "a handler's bug");
    EXPECT_EQ(on(loops.at(0), [] { return 5; }), 5);
}

TEST(EventLoops, OneThatLooksForWorkDoesTheSame) {
    std::promise<std::string> panic;
    EventLoops loops{2, {}, [&](const char* what) { panic.set_value(what); }, std::chrono::microseconds{20}};
    loops.start();
    EXPECT_EQ(on(loops.at(0), [] { return 5; }), 5);
    asio::post(loops.at(1), [] { throw std::runtime_error{"a handler's bug"}; });
    EXPECT_EQ(panic.get_future().get(), "a handler's bug");
    EXPECT_EQ(on(loops.at(1), [] { return 6; }), 6);
    loops.stop();
}

TEST(EventLoops, MeasuresHowLateItIs) {
    std::promise<double> measured;
    bool first = true;
    EventLoops loops{1,
                     [&](double seconds) {
                         if (std::exchange(first, false)) measured.set_value(seconds);
                     },
                     {}};
    loops.start();
    EXPECT_GE(measured.get_future().get(), 0.0);
}

TEST(EventLoops, StopIsNoTroubleTwiceNorWithoutStart) {
    EventLoops never{2, {}, {}};
    never.stop();
    never.stop();
    EventLoops loops{1, {}, {}};
    loops.start();
    loops.stop();
    loops.stop();
}

/// Says when the coroutine that holds it is destroyed.
struct Farewell {
    std::shared_ptr<bool> said;
    ~Farewell() { *said = true; }
};

TEST(EventLoops, StopDestroysWhatWaitsWhileAllLoopsAreThere) {
    // Each coroutine waits in one loop and owns a timer of the other, as a reader of a turn does that lives elsewhere.
    for (const std::size_t home : {0U, 1U}) {
        EventLoops loops{2, {}, {}};
        loops.start();
        const auto gone = std::make_shared<bool>(false);
        auto wait = [](asio::io_context& here, asio::io_context& there, std::shared_ptr<bool> said) -> asio::awaitable<void> {
            const Farewell farewell{std::move(said)};
            const auto owned = std::make_unique<Timer>(there, TimePoint::max());
            Timer never{here, TimePoint::max()};
            co_await never.async_wait(asio::use_awaitable);
        };
        asio::co_spawn(loops.at(home), wait(loops.at(home), loops.at(1 - home), gone), asio::detached);
        on(loops.at(home), [] {});  // it waits now
        EXPECT_FALSE(*gone);
        loops.stop();
        EXPECT_TRUE(*gone) << "waiting in loop " << home;
    }
}
}  // namespace
}  // namespace rondo
