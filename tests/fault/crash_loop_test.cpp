#include "base/rng.hpp"
#include "fault/crash_client.hpp"
#include "fault/server_process.hpp"
#include "support/client.hpp"
#include "support/temp_folder.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace rondo::fault {
namespace {
constexpr int kCrashes = 20;
constexpr int kClientsOfEachManner = 2;
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
        ready_ms_.push_back(millis(server_.ready_after()));
        world_.port = server_.port();
        ++world_.starts;
        world_.enough = crashes_ == kCrashes;
        left_ = distance();
        if (left_ == 0) return crash();  // while it takes up what the last crash left
        world_.up = true;
        world_.changed.notify();
    }

    [[nodiscard]] int crashes() const { return crashes_; }
    [[nodiscard]] const std::vector<double>& ready_ms() const { return ready_ms_; }

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
    std::vector<double> ready_ms_;
};

/// The session's history as the API shows it.
void read_history(support::Client& client, const std::string& session, std::vector<Kept>& kept) {
    std::string cursor;
    do {
        const auto page =
            client.get(fmt::format("/api/v1/sessions/{}/messages?limit=100{}", session, cursor.empty() ? "" : "&cursor=" + cursor));
        ASSERT_EQ(page.status, 200) << page.body;
        for (const auto& item : page.at("items").as_array()) {
            if (support::text_of(item, "role") == "user") {
                kept.push_back(
                    {.session = session, .message_id = support::text_of(item, "message_id"), .number = item.at("turn_number").as_int64()});
            } else {
                ASSERT_FALSE(kept.empty());
                ASSERT_EQ(item.at("turn_number"), kept.back().number);
                kept.back().ended = true;
                kept.back().text = support::text_of(item, "text");
                kept.back().advice_given = item.at("coach_advice").is_object();
            }
        }
        cursor = page.text("next");
    } while (!cursor.empty());
}

TEST(CrashLoop, NoAcknowledgedTurnIsLostAndNoMessageMakesTwo) {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed()));
    const support::TempFolder data;
    support::Loop loop;
    ServerProcess server{data.path()};
    World world{loop.context().get_executor()};
    Crasher crasher{server, world, Rng{seed()}};
    std::vector<std::unique_ptr<CrashClient>> clients;
    std::vector<std::string> sessions;
    for (const auto manner : {CrashClient::Manner{.stream = false}, {false, true}, {true, false}, {true, true}, {true, false, true}}) {
        for (int i = 0; i < kClientsOfEachManner; ++i) {
            sessions.push_back(fmt::format("client-{}", sessions.size()));
            clients.push_back(std::make_unique<CrashClient>(world, sessions.back(), manner));
            asio::co_spawn(loop.context(), clients.back()->run(), asio::detached);
        }
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
        ASSERT_NO_FATAL_FAILURE(read_history(client, session, kept));
    }
    for (const auto& promise : broken_promises(told, kept)) ADD_FAILURE() << promise;
    EXPECT_EQ(kept.size(), told.size()) << "a turn nobody asked for";
    EXPECT_GT(world.repeats, 0) << "no crash met a request";
    EXPECT_GT(world.restarted, 0) << "no crash met an answer";

    std::printf("%d crashes, %zu turns told, %d requests repeated, %d streams restarted\nrecovery ms:", crasher.crashes(), told.size(),
                world.repeats, world.restarted);
    for (const double ms : crasher.ready_ms()) std::printf(" %.0f", ms);
    std::printf("\n");
    EXPECT_EQ(server.terminate(), 0);
}
}  // namespace
}  // namespace rondo::fault
