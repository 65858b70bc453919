#include "base/config/live.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <vector>

namespace rondo::config {
namespace {
using testing::ElementsAre;

TEST(Live, PublishCountsGenerationsAndKeepsWhatIsPinned) {
    ManualClock clock;
    Live<std::string> live{"one", "default"};
    const auto pinned = live.current();
    clock.advance(std::chrono::seconds{1});
    const auto published = live.publish("two", "api");
    EXPECT_EQ(pinned->value, "one");
    EXPECT_EQ(pinned->generation, 1u);
    EXPECT_EQ(live.current(), published);
    EXPECT_EQ(published->value, "two");
    EXPECT_EQ(published->generation, 2u);
    EXPECT_EQ(published->source, "api");
    EXPECT_EQ(iso8601(published->loaded_at), "2026-01-01T00:00:01.000Z");
}

TEST(Live, SubscribersHearInOrderAfterItIsCurrentUntilTheyLeave) {
    Live<int> live{0, "default"};
    std::vector<std::string> heard;
    auto first = live.subscribe([&](const auto& pin) {
        EXPECT_EQ(live.current(), pin);
        heard.push_back("a" + std::to_string(pin->value));
    });
    std::optional second = live.subscribe([&](const auto& pin) { heard.push_back("b" + std::to_string(pin->value)); });
    live.publish(1, "x");
    second.reset();
    live.publish(2, "x");
    auto moved = std::move(first);
    live.publish(3, "x");
    moved = {};
    live.publish(4, "x");
    EXPECT_THAT(heard, ElementsAre("a1", "b1", "a2", "a3")) << "assigning an empty subscription ends the old one";
}

TEST(Live, ReadersAndPublishersMayRace) {
    Live<int> live{0, "default"};
    std::uint64_t notified = 0;
    const auto subscription = live.subscribe([&](const auto& pin) { notified = pin->generation; });
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 300; ++i) live.publish(i, "x");
        });
        threads.emplace_back([&] {
            std::uint64_t last = 0;
            for (int i = 0; i < 300; ++i) {
                const auto pin = live.current();
                EXPECT_GE(pin->generation, last);
                last = pin->generation;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(notified, 601u) << "notifications come one after the other, in order";
    EXPECT_EQ(live.current()->generation, 601u);
}
}  // namespace
}  // namespace rondo::config
