#include "base/rng.hpp"
#include "fault/crash_client.hpp"
#include "fault/insistent.hpp"
#include "fault/server_process.hpp"
#include "support/client.hpp"
#include "support/temp_folder.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace rondo::fault {
namespace {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int kCrashes = 25;  // under a sanitizer every start takes many times as long
#else
constexpr int kCrashes = 100;
#endif
constexpr int kFewest = 4, kMost = 16;        // clients that speak in one life of the server
constexpr std::uint64_t kSeed = 20'260'101;  // RONDO_CRASH_SEED sets another

std::uint64_t seed() {
    const char* chosen = std::getenv("RONDO_CRASH_SEED");
    return chosen ? std::strtoull(chosen, nullptr, 10) : kSeed;
}

double millis(Clock::duration took) { return std::chrono::duration<double, std::milli>(took).count(); }

/// Kills the server after a seeded number of things heard, again and again, and starts it on the same data.
class Crasher {
public:
    Crasher(ServerProcess& server, World& world, Rng rng) : server_{server}, world_{world}, rng_{rng} {
        world_.heard = [this] { heard(); };
    }

    void start() {
        // The pace of the model and of the journal differ from life to life, so kills land everywhere in a turn.
        server_.start({fmt::format("RONDO_REHEARSAL__DELTA_PACE_MS={}", rng_.below(3)),
                       fmt::format("RONDO_TURN__FLUSH_INTERVAL_MS={}", 5 * rng_.below(4))});
        if (world_.starts > 0) recovery_ms_.push_back(millis(server_.ready_after()));
        world_.port = server_.port();
        ++world_.starts;
        world_.enough = crashes_ == kCrashes;
        // Who does not speak in this life sends what the last ones left unanswered in a later one.
        world_.speaking = world_.enough ? kMost : kFewest + static_cast<int>(rng_.below(kMost - kFewest + 1));
        left_ = distance();
        if (left_ == 0) return crash();  // while it takes up what the last crash left
        world_.up = true;
        world_.changed.notify();
    }

    [[nodiscard]] int crashes() const { return crashes_; }
    [[nodiscard]] std::vector<double> recovery_ms() const { return recovery_ms_; }  ///< of every start after a kill

private:
    /// How much is heard before the next crash: nothing, little, or enough for several turns. -1: no more crashes.
    int distance() {
        if (crashes_ == kCrashes) return -1;
        const std::uint64_t kind = rng_.below(8);
        if (kind == 0) return 0;
        return 1 + static_cast<int>(rng_.below(kind < 4 ? 8 : 400));
    }

    void heard() {
        if (world_.up && left_ > 0 && --left_ == 0) crash();
    }

    void crash() {
        ++crashes_;
        world_.up = false;
        server_.kill();
        asio::post(world_.executor, [this] { start(); });
    }

    ServerProcess& server_;
    World& world_;
    Rng rng_;
    int left_{0};
    int crashes_{0};
    std::vector<double> recovery_ms_;
};

TEST(CrashLoop, NoAcknowledgedTurnIsLostAndNoMessageMakesTwo) {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed()));
    const support::TempFolder data;
    support::Loop loop;
    ServerProcess server{data.path()};
    World world{loop.context().get_executor()};
    Crasher crasher{server, world, Rng{seed()}};
    std::vector<std::unique_ptr<CrashClient>> clients;
    std::vector<std::string> sessions;
    constexpr std::array kManners{CrashClient::Manner{.stream = false}, CrashClient::Manner{false, true}, CrashClient::Manner{true, false},
                                  CrashClient::Manner{true, true}, CrashClient::Manner{true, false, true}};
    for (int place = 0; place < kMost; ++place) {
        sessions.push_back(fmt::format("client-{}", place));
        const auto manner = kManners[static_cast<std::size_t>(place) % kManners.size()];
        clients.push_back(std::make_unique<CrashClient>(world, place, sessions.back(), manner));
        asio::co_spawn(loop.context(), clients.back()->run(), asio::detached);
    }
    crasher.start();
    loop.finish();
    for (const auto& complaint : world.complaints) ADD_FAILURE() << complaint;
    ASSERT_EQ(crasher.crashes(), kCrashes);
    ASSERT_TRUE(server.running());

    std::vector<Told> told;
    {
        // Whoever asks once more hears the same.
        support::Client client{loop, server.port()};
        for (const auto& [body, first] : world.asked) {
            const auto again = client.post("/api/v1/sessions/" + first.session + "/turns", body);
            ASSERT_EQ(again.status, 200) << again.body;
            EXPECT_EQ(again.header("idempotent-replay"), "true") << first.message_id;
            EXPECT_EQ(again.text("npc_response"), first.text) << first.message_id;
            told.push_back(first);
        }
    }
    EXPECT_EQ(server.terminate(), 0) << "a drain finishes what is owed";
    server.start({});
    std::vector<Kept> kept;
    support::Client client{loop, server.port()};
    for (const auto& session : sessions) {
        EXPECT_TRUE(client.get("/api/v1/sessions/" + session).at("running_turn").is_null()) << session;
        for (auto& turn : history_of(client, session)) kept.push_back(std::move(turn));
    }
    const auto broken = broken_promises(told, kept);
    for (const auto& promise : broken) ADD_FAILURE() << promise;
    EXPECT_EQ(kept.size(), told.size()) << "a turn nobody asked for";
    EXPECT_GT(world.repeats, 0) << "no crash met a request";
    EXPECT_GT(world.restarted, 0) << "no crash met an answer";

    auto recovery = crasher.recovery_ms();
    std::ranges::sort(recovery);
    std::printf("%d kills, %d to %d clients: %zu turns told, %d requests repeated, %d streams restarted, %zu promises broken\n",
                crasher.crashes(), kFewest, kMost, told.size(), world.repeats, world.restarted, broken.size());
    std::printf("recovery, start to listening: min %.0f ms, median %.0f ms, max %.0f ms\n", recovery.front(), recovery[recovery.size() / 2],
                recovery.back());
    EXPECT_EQ(server.terminate(), 0);
}
}  // namespace
}  // namespace rondo::fault
