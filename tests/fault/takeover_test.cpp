// Restarts under load: one process follows the other on the same socket, and no client notices more than a moment's wait.
#include "fault/insistent.hpp"
#include "fault/server_process.hpp"
#include "fault/takeover_load.hpp"
#include "fault/turn_audit.hpp"
#include "support/client.hpp"
#include "support/temp_folder.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace rondo::fault {
namespace {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int kSwaps = 8, kCuts = 4;  // every start takes many times as long
#else
constexpr int kSwaps = 30, kCuts = 10;
#endif

double millis(Clock::duration took) { return std::chrono::duration<double, std::milli>(took).count(); }

/// A server that is followed by a new process each time.
class Succession {
public:
    explicit Succession(std::filesystem::path data, std::vector<std::string> environment)
        : data_{std::move(data)}, environment_{std::move(environment)}, now_{std::make_unique<ServerProcess>(data_)} {
        now_->start(environment_, {"--log-level", "info"});
        port_ = now_->port();
    }
    void swap() {
        auto next = std::make_unique<ServerProcess>(data_);
        next->start(environment_, {"--takeover", "--log-level", "info"});
        EXPECT_EQ(next->port(), port_);
        EXPECT_EQ(now_->wait(), 0) << "who has handed over leaves in order";
        now_ = std::move(next);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] ServerProcess& now() { return *now_; }

private:
    std::filesystem::path data_;
    std::vector<std::string> environment_;
    std::unique_ptr<ServerProcess> now_;
    std::uint16_t port_{0};
};

/// A figure from every line of the servers' log that tells this event; sorted.
std::vector<double> logged(const std::filesystem::path& data, std::string_view event, std::string_view member) {
    std::vector<double> figures;
    std::ifstream log{data / "server.log"};
    for (std::string line; std::getline(log, line);) {
        boost::system::error_code ec;
        const auto json = boost::json::parse(line, ec);
        if (ec || support::text_of(json, "event") != event) continue;
        figures.push_back(json.at(member).to_number<double>());
    }
    std::ranges::sort(figures);
    return figures;
}

void print(const char* what, const std::vector<double>& sorted) {
    if (sorted.empty()) return;
    std::printf("  %-28s median %6.0f ms, longest %6.0f ms\n", what, sorted[sorted.size() / 2], sorted.back());
}

/// What was told is what is kept, and asking once more is answered the same.
void audit(const TakeoverLoad& load, std::uint16_t port) {
    support::Loop loop;
    support::Client client{loop, port};
    std::vector<Told> told;
    for (const auto& [body, first] : load.world().asked) told.push_back(first);
    std::vector<Kept> kept;
    for (const auto& session : load.sessions()) {
        for (auto& turn : history_of(client, session)) kept.push_back(std::move(turn));
    }
    for (const auto& promise : broken_promises(told, kept)) ADD_FAILURE() << promise;
    EXPECT_EQ(kept.size(), told.size()) << "a turn nobody asked for";
}

TEST(Takeover, NoRequestFailsAndNoConnectionBreaksInThirtySwaps) {
    const support::TempFolder data;
    Succession servers{data.path(), {}};
    TakeoverLoad load{servers.port()};
    load.add_talkers(3, {.stream = true});
    load.add_talkers(2, {.stream = true, .async_coach = true});
    load.add_talkers(3, {.stream = false});
    load.add_keepers(4);
    load.add_visitors(4);
    load.start();
    for (int i = 0; i < kSwaps; ++i) servers.swap();
    load.finish();

    for (const auto& complaint : load.world().complaints) ADD_FAILURE() << complaint;
    EXPECT_EQ(load.world().repeats, 0) << "nothing had to be said twice";
    EXPECT_EQ(load.world().restarted, 0) << "turns were waited for";
    EXPECT_GT(load.sums().requests, kSwaps);
    EXPECT_GT(load.world().asked.size(), static_cast<std::size_t>(kSwaps));
    audit(load, servers.port());
    std::printf("%d swaps under 16 clients: %d requests, %zu turns; longest request %.0f ms\n", kSwaps, load.sums().requests,
                load.world().asked.size(), millis(load.sums().longest));
    print("turns and answers finished", logged(data.path(), "drained", "took_ms"));
    print("data folder free", logged(data.path(), "let_go", "after_ms"));
    print("the new process serves", logged(data.path(), "took_over", "took_ms"));
    EXPECT_EQ(servers.now().terminate(), 0);
}

TEST(Takeover, StreamsThatOutlastTheDrainAreResumedWhereTheyWere) {
    const support::TempFolder data;
    // Turns of seconds, a drain of a moment: every swap cuts every stream.
    Succession servers{data.path(), {"RONDO_REHEARSAL__DELTA_PACE_MS=60", "RONDO_SERVER__DRAIN_TIMEOUT_MS=100"}};
    TakeoverLoad load{servers.port()};
    load.allow_cuts();
    load.add_talkers(12, {.stream = true});
    load.add_keepers(4);
    load.start();
    for (int i = 0; i < kCuts; ++i) servers.swap();
    load.finish();

    for (const auto& complaint : load.world().complaints) ADD_FAILURE() << complaint;
    EXPECT_GT(load.world().restarted, 0) << "no swap met an answer";
    audit(load, servers.port());
    std::printf("%d swaps, drained for 100 ms: %zu turns, %d streams joined again, %d went on under a new epoch\n", kCuts,
                load.world().asked.size(), load.world().repeats, load.world().restarted);
    EXPECT_EQ(servers.now().terminate(), 0);
}
}  // namespace
}  // namespace rondo::fault
