// Peers that stop reading, drip their requests, never finish a head or a body: limits end them, the others do not notice.
#include "fault/slow_peer.hpp"
#include "support/scripted.hpp"
#include "support/server_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace rondo::fault {
namespace {
using namespace std::chrono_literals;

constexpr int kPeers = 24;
constexpr Clock::duration kPatience = 60s;  // for limits of about a second
constexpr Clock::duration kDrip = 10ms;     // a drop of each peer so often
constexpr std::size_t kHeaderBytes = 16U << 10U;
// A long answer is more than the system's own buffers take for a peer that does not read.
constexpr std::size_t kDeltaBytes = 64U << 10U;
constexpr int kDeltas = 64;
constexpr std::size_t kAnswerBytes = kDeltaBytes * kDeltas;
// What one peer may cost: the buffer its bytes are read into and an ordinary answer; or an ended turn told again, and sent in parts.
constexpr std::size_t kOrdinary = 256U << 10U;
constexpr std::size_t kTold = 2 * kAnswerBytes;
constexpr std::size_t kBytesBesides = 48U << 20U;  // what the allocator keeps of the ordinary client's thousands of requests
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kMeasured = false;  // a sanitizer keeps what was freed, and costs time
#else
constexpr bool kMeasured = true;
#endif

double millis(Clock::duration took) { return std::chrono::duration<double, std::milli>(took).count(); }

support::Server::Settings limits() {
    return {{"server.header_timeout_ms", "1000"},
            {"server.body_timeout_ms", "1000"},
            {"server.write_timeout_ms", "1000"},
            {"server.idle_timeout_ms", "30000"},
            {"server.max_header_bytes", std::to_string(kHeaderBytes)}};
}

std::vector<support::Step> long_answer() {
    std::vector<support::Step> script;
    for (int i = 0; i < kDeltas; ++i) script.push_back(support::say(std::string(kDeltaBytes, 'a')));
    return script;
}

constexpr std::string_view kManyRequests =
    "GET /api/v1/config HTTP/1.1\r\nHost: localhost\r\n\r\nGET /api/v1/config HTTP/1.1\r\nHost: localhost\r\n\r\n"
    "GET /api/v1/config HTTP/1.1\r\nHost: localhost\r\n\r\nGET /api/v1/config HTTP/1.1\r\nHost: localhost\r\n\r\n";

struct Row {
    const char* claim;
    const char* first;             ///< what the peer says at once; {turn} asks for the long turn's stream
    std::string_view drop;         ///< and then every kDrip
    std::size_t bytes{kOrdinary};  ///< of memory, at most, for each
};

class SlowClient : public ::testing::TestWithParam<Row> {
protected:
    SlowClient() { session_ = client_.open_session(); }

    std::string opening(int peer) const {
        if (std::string_view{GetParam().first} != "{turn}") return GetParam().first;
        return fmt::format("GET /api/v1/sessions/{}/turns/1/events HTTP/1.1\r\nHost: localhost\r\nX-Peer: {}\r\n\r\n", session_, peer);
    }
    /// One ordinary request; how long it took.
    Clock::duration ask() {
        const TimePoint begun = Clock::now();
        EXPECT_EQ(client_.get("/api/v1/sessions/" + session_).status, 200);
        return Clock::now() - begun;
    }
    /// The median of some ordinary requests.
    Clock::duration usual() {
        std::vector<Clock::duration> took;
        for (int i = 0; i < 51; ++i) took.push_back(ask());
        std::ranges::nth_element(took, took.begin() + 25);
        return took[25];
    }
    int open_connections() {
        const auto metrics = client_.get("/metrics").body;
        constexpr std::string_view kName = "\nrondo_http_open_connections ";
        const auto at = metrics.find(kName);
        return at == std::string::npos ? -1 : std::stoi(metrics.substr(at + kName.size()));
    }

    support::ScriptedModel model_{long_answer()};
    support::Loop loop_;
    support::Server server_{limits(), model_.as_npc()};
    support::Client client_{loop_, server_.port()};
    std::string session_;
};

TEST_P(SlowClient, IsEndedByALimitAndCostsTheOthersNothing) {
    const Row& row = GetParam();
    ASSERT_EQ(client_.say(session_, "你好").status, 200);  // what {turn} streams
    const auto alone = usual();
    const std::size_t before = resident_bytes();

    std::vector<SlowPeer> peers;
    for (int i = 0; i < kPeers; ++i) {
        peers.emplace_back(server_.port());
        peers.back().say(opening(i));
    }
    const TimePoint begun = Clock::now();
    std::size_t most = before;
    std::vector<Clock::duration> beside;
    int open = kPeers, served = 0;
    for (TimePoint drip = begun; open > 1 && Clock::now() - begun < kPatience;) {
        if (!row.drop.empty() && Clock::now() >= drip) {
            for (auto& peer : peers) peer.say(row.drop);
            drip += kDrip;
        }
        beside.push_back(ask());
        most = std::max(most, resident_bytes());
        open = open_connections();
        if (served == 0 && open <= kPeers) open = kPeers;  // not all of them are accepted yet
        else served = std::max(served, open);
    }
    EXPECT_EQ(served, kPeers + 1) << "all of them were served, for a while";
    EXPECT_EQ(open, 1) << row.claim << ": only the ordinary client is left";
    std::ranges::sort(beside);
    const auto median = beside[beside.size() / 2];
    std::printf("%s: gone after %.0f ms; an ordinary request %.2f ms beside them (%.2f ms alone); %.1f MiB for %d peers\n", row.claim,
                millis(Clock::now() - begun), millis(median), millis(alone), static_cast<double>(most - before) / (1 << 20), kPeers);
    if (!kMeasured) return;
    EXPECT_LE(median, alone + 20ms) << row.claim;
    EXPECT_LE(most - before, kPeers * row.bytes + kBytesBesides) << row.claim;
}
INSTANTIATE_TEST_SUITE_P(Peers, SlowClient, ::testing::Values(
    Row{"silence",                "",                                                                             ""},
    Row{"a head that stops",      "GET /api/v1/sessions HTTP/1.1\r\nHo",                                          ""},
    Row{"a head that never ends", "GET /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nX: ",                              "x"},
    Row{"a body that stops",      "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{",  ""},
    Row{"a body that never ends", "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n{",  " "},
    Row{"chunks that never end",  "POST /api/v1/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", ""},
    Row{"answers nobody reads",   "",  kManyRequests},
    Row{"a stream nobody reads",  "{turn}",                                                                       "", kTold}));

/// 64 bytes at a time.
TEST(SlowReader, IsServedToTheEnd) {
    support::ScriptedModel model{long_answer()};
    support::Server server{limits(), model.as_npc()};
    support::Loop loop;
    support::Client client{loop, server.port()};
    const std::string session = client.open_session();
    ASSERT_EQ(client.say(session, "你好").status, 200);
    SlowPeer peer{server.port()};
    peer.say(fmt::format("GET /api/v1/sessions/{}/turns/1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", session));
    std::size_t got = 0;
    for (const TimePoint begun = Clock::now(); got < kAnswerBytes && Clock::now() - begun < kPatience;) got += peer.read_some();
    EXPECT_GE(got, kAnswerBytes);
}
}  // namespace
}  // namespace rondo::fault
