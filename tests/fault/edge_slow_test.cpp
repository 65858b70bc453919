// A thousand peers that stop reading, or never finish what they say: each costs little, all are cut, and others are answered meanwhile.
#include "fault/slow_peer.hpp"
#include "support/scripted.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace rondo::fault {
namespace {
using namespace std::chrono_literals;

constexpr int kPeers = 1'000;
constexpr Clock::duration kPatience = 90s;  // for limits of some seconds
// More than the kernel takes for a peer that does not read, so that every one of them stalls.
constexpr std::size_t kDeltaBytes = 8U << 10U;
constexpr int kDeltas = 32;
constexpr std::size_t kEach = 1U << 20U;        // of memory a stalled connection may cost at worst
constexpr std::size_t kUnsent = 64U << 10U;     // server.unsent_bytes
constexpr std::size_t kSegment = 128U << 10U;   // what the kernel takes in one go beyond it, and what is on its way
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kMeasured = false;  // a sanitizer keeps what was freed, and costs time
#else
constexpr bool kMeasured = true;
#endif

support::Server::Settings limits() {
    return {{"server.max_connections_per_address", "5000"},
            {"server.admission.enabled", "false"},  // a thousand requests at once may be overload, which others test
            {"server.header_timeout_ms", "5000"},
            {"server.body_timeout_ms", "5000"},
            {"server.write_timeout_ms", "5000"},
            {"server.idle_timeout_ms", "120000"},
            {"server.unsent_bytes", std::to_string(kUnsent)}};
}

std::vector<support::Step> long_answer() {
    std::vector<support::Step> script;
    for (int i = 0; i < kDeltas; ++i) script.push_back(support::say(std::string(kDeltaBytes, 'a')));
    return script;
}

/// What the kernel holds at most for one connection from this port: bytes the peer has not acknowledged.
std::size_t most_held_by_kernel(std::uint16_t port) {
    std::ifstream table{"/proc/net/tcp"};
    std::string line;
    std::size_t most = 0;
    std::getline(table, line);
    while (std::getline(table, line)) {
        std::istringstream words{line};
        std::string number, local, remote, state, queues;
        words >> number >> local >> remote >> state >> queues;
        const auto colon = local.find(':');
        if (colon == local.npos || std::stoul(local.substr(colon + 1), nullptr, 16) != port || state != "01") continue;
        most = std::max<std::size_t>(most, std::stoul(queues.substr(0, queues.find(':')), nullptr, 16));
    }
    return most;
}

class EdgeSlow : public ::testing::Test {
protected:
    EdgeSlow() { session_ = client_.open_session(); }

    /// An ordinary request beside the slow peers, and how long it took.
    void ask() {
        const TimePoint begun = Clock::now();
        fine_ += client_.get("/api/v1/sessions/" + session_).status == 200;
        took_.push_back(Clock::now() - begun);
    }
    int metric(std::string_view name) {
        const auto metrics = client_.get("/metrics").body;
        const auto at = metrics.find(fmt::format("\n{} ", name));
        return at == std::string::npos ? -1 : std::stoi(metrics.substr(at + name.size() + 2));
    }
    /// Asks until only the ordinary client is left; `meanwhile` is called in between.
    template <class Meanwhile>
    void outlast(const char* claim, Meanwhile meanwhile) {
        const std::size_t before = resident_bytes();
        std::size_t most = before;
        int served = 0;
        const TimePoint begun = Clock::now();
        for (int open = kPeers; open > 1 && Clock::now() - begun < kPatience;) {
            for (int i = 0; i < 20; ++i) ask();
            meanwhile();
            most = std::max(most, resident_bytes());
            open = metric("rondo_http_open_connections");
            served = std::max(served, open);
            if (served <= kPeers && metric("rondo_http_timeouts_total") == 0) open = kPeers;  // not all are accepted yet
        }
        EXPECT_EQ(served, kPeers + 1) << claim << ": all of them were served at once, for a while";
        EXPECT_EQ(metric("rondo_http_open_connections"), 1) << claim << ": all of them are cut";
        EXPECT_EQ(metric("rondo_http_timeouts_total"), kPeers) << claim << ": by a limit";
        EXPECT_EQ(fine_, took_.size()) << claim << ": every ordinary request was answered";
        std::ranges::sort(took_);
        const auto millis = [](Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); };
        std::printf("%s: gone after %.1f s; %zu ordinary requests beside them, p50 %.2f ms, p99 %.2f ms; %.1f KiB each\n", claim,
                    millis(Clock::now() - begun) / 1000, took_.size(), millis(took_[took_.size() / 2]),
                    millis(took_[took_.size() * 99 / 100]), static_cast<double>(most - before) / kPeers / 1024);
        if (kMeasured) EXPECT_LE(most - before, kPeers * kEach) << claim;
    }

    support::ScriptedModel model_{long_answer()};
    support::Loop loop_;
    support::Server server_{limits(), model_.as_npc()};
    support::Client client_{loop_, server_.port()};
    std::string session_;
    std::vector<Clock::duration> took_;
    std::size_t fine_{0};
};

TEST_F(EdgeSlow, ReadersOfAStreamThatStall) {
    ASSERT_EQ(client_.say(session_, "你好").status, 200);
    std::vector<SlowPeer> peers;
    std::size_t held = 0;
    for (int i = 0; i < kPeers; ++i) {
        peers.emplace_back(server_.port());
        peers.back().say(fmt::format("GET /api/v1/sessions/{}/turns/1/events HTTP/1.1\r\nHost: localhost\r\n\r\n", session_));
    }
    outlast("stalled streams", [&] { held = std::max(held, most_held_by_kernel(server_.port())); });
    std::printf("the kernel held %.1f KiB at most for one of them\n", static_cast<double>(held) / 1024);
    EXPECT_GT(held, 0U) << "they did stall";
    EXPECT_LE(held, kUnsent + kSegment);
}

TEST_F(EdgeSlow, ReadersOfOneLongAnswerThatStall) {
    ASSERT_EQ(client_.say(session_, "你好").status, 200);
    std::vector<SlowPeer> peers;
    for (int i = 0; i < kPeers; ++i) {
        peers.emplace_back(server_.port());
        peers.back().say(fmt::format("GET /api/v1/sessions/{}/messages HTTP/1.1\r\nHost: localhost\r\n\r\n", session_));
    }
    outlast("stalled answers", [] {});
}

TEST_F(EdgeSlow, HeadsAndBodiesThatDrip) {
    std::vector<SlowPeer> peers;
    for (int i = 0; i < kPeers; ++i) {
        peers.emplace_back(server_.port());
        peers.back().say(i % 2 == 0 ? "GET /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nX: "
                                    : "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{");
    }
    outlast("slow heads and bodies", [&] {
        for (auto& peer : peers) peer.say(" ");
    });
}
}  // namespace
}  // namespace rondo::fault
