// How a server ends: told apart by load balancers at once, with what runs finished or kept for the next start, and in time.
#include "fault/server_process.hpp"
#include "support/client.hpp"
#include "support/temp_folder.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>
#include <signal.h>

#include <optional>
#include <string>
#include <vector>

namespace rondo::fault {
namespace {
using support::Answer;

class Drain : public testing::Test {
protected:
    void start(const std::vector<std::string>& environment) { server.start(environment); }
    /// A turn whose answer takes seconds, at its first piece.
    std::string begin_turn(support::Client& client) {
        const auto session = client.open_session();
        auto request = support::Client::turn_request(session, "多少钱？", {{"message_id", "m"}});
        request.headers.push_back({"Accept", "text/event-stream"});
        stream.emplace(client.stream(std::move(request)));
        heard = stream->until("delta");
        return session;
    }
    /// Asks over new connections until one is refused: nobody accepts any more.
    void await_closed_door() {
        for (;;) {
            asio::ip::tcp::socket socket{loop.context()};
            boost::system::error_code ec;
            socket.connect({asio::ip::address_v4::loopback(), server.port()}, ec);
            if (ec) return;
        }
    }

    support::TempFolder data;
    support::Loop loop;
    ServerProcess server{data.path()};
    std::optional<support::Client::Stream> stream;
    std::vector<support::Event> heard;
};

TEST_F(Drain, ReadinessEndsFirstAndRequestsAreTakenUntilTheDelayIsOver) {
    start({"RONDO_SERVER__DRAIN_DELAY_MS=2000"});
    support::Client balancer{loop, server.port()};
    ASSERT_EQ(balancer.get("/readyz").status, 200);
    server.signal(SIGTERM);
    Answer ready = balancer.get("/readyz");
    while (ready.status == 200) ready = balancer.get("/readyz");
    EXPECT_EQ(ready.status, 503);
    support::Client client{loop, server.port()};
    const Answer session = client.post("/api/v1/sessions", {});
    EXPECT_EQ(session.status, 201) << "who has not heard of it yet is served";
    EXPECT_EQ(session.header("connection"), "close");
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(Drain, ATurnUnderWayIsToldToItsEnd) {
    start({"RONDO_REHEARSAL__DELTA_PACE_MS=100"});
    support::Client client{loop, server.port()};
    const auto session = begin_turn(client);
    server.signal(SIGTERM);
    const auto rest = stream->rest();
    ASSERT_NE(support::find_event(rest, "completed"), nullptr);
    EXPECT_EQ(server.wait(), 0);
}

TEST_F(Drain, WhatOutlastsTheDrainIsKeptForTheNextStart) {
    start({"RONDO_REHEARSAL__DELTA_PACE_MS=1000", "RONDO_SERVER__DRAIN_TIMEOUT_MS=200"});
    support::Client client{loop, server.port()};
    const auto session = begin_turn(client);
    EXPECT_EQ(server.terminate(), 0);
    server.start({});
    support::Client again{loop, server.port()};
    const auto events = again.events(session, 1, heard.back().id).rest();
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.front().type, "restarted") << "under a new epoch";
    ASSERT_NE(support::find_event(events, "completed"), nullptr);
    EXPECT_EQ(server.terminate(), 0);
}

TEST_F(Drain, ASecondSignalEndsItAtOnce) {
    start({"RONDO_REHEARSAL__DELTA_PACE_MS=1000", "RONDO_SERVER__DRAIN_TIMEOUT_MS=600000"});
    support::Client client{loop, server.port()};
    begin_turn(client);
    server.signal(SIGTERM);
    await_closed_door();
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), -1) << "by the signal itself";
}
}  // namespace
}  // namespace rondo::fault
