#include "base/async/event_loops.hpp"
#include "engine/llm/model_gateway.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace rondo::llm {
namespace {
/// Counts how many attempts are inside it at the same time.
class CrowdedTarget final : public Target {
public:
    [[nodiscard]] std::string_view id() const override { return "A"; }
    [[nodiscard]] const Abilities& abilities() const override { return abilities_; }
    [[nodiscard]] Clocks clocks() const override { return {}; }
    [[nodiscard]] std::string_view billed_as(const ModelRequest&) const override { return "m"; }
    [[nodiscard]] Tokens longest_answer(const ModelRequest&) const override { return Tokens{100}; }
    asio::awaitable<Outcome> attempt(const ModelRequest&, const DeltaSink&, CallContext) override {
        const int now = ++inside;
        int seen = most.load();
        while (seen < now && !most.compare_exchange_weak(seen, now)) {}
        const auto executor = co_await asio::this_coro::executor;
        for (int i = 0; i < 5; ++i) co_await asio::post(executor, asio::use_awaitable);
        --inside;
        co_return Completion{.text = "x", .usage = {}, .model = "m", .finish_reason = "stop"};
    }
    std::atomic<int> inside{0}, most{0};

private:
    Abilities abilities_;
};

asio::awaitable<int> ask(ModelGateway& gateway, int times) {
    int answered = 0;
    for (int i = 0; i < times; ++i) {
        const auto answer = co_await gateway.complete({.model = "A", .use_fallback = false}, {}, {});
        answered += answer ? 1 : 0;
    }
    co_return answered;
}

TEST(GatewayLoops, ShareOneBulkheadAndNobodyIsForgotten) {
    obs::Registry registry;
    const auto target = std::make_shared<CrowdedTarget>();
    GatewaySetup setup{.config = {.concurrency = 3, .queue_wait = std::chrono::minutes{5}}, .targets = {target}};
    ModelGateway gateway{std::move(setup), {.metrics = registry}};
    EventLoops loops{4, {}, {}};
    std::vector<std::future<int>> asking;
    for (int i = 0; i < 32; ++i) {
        asking.push_back(asio::co_spawn(loops.at(static_cast<std::size_t>(i) % 4), ask(gateway, 50), asio::use_future));
    }
    loops.start();
    for (auto& each : asking) EXPECT_EQ(each.get(), 50);
    EXPECT_LE(target->most, 3);
    EXPECT_EQ(gateway.status().targets[0].in_use, 0U);
    EXPECT_EQ(gateway.status().targets[0].waiting, 0U);
    loops.stop();
}
}  // namespace
}  // namespace rondo::llm
