#include "outbound_fixture.hpp"

#include "base/async/signal.hpp"
#include "platform/net/connection_pool.hpp"
#include "platform/net/outbound_connection.hpp"
#include "platform/net/outbound_reply.hpp"

#include <deque>

namespace rondo::net {
namespace {
/// A server that answers when told to.
class PoolTest : public OutboundTest {
public:
    ScriptedPeer peer{context, [this](PeerConnection& connection) -> asio::awaitable<void> {
                          for (;;) {
                              const auto head = co_await connection.read_head();
                              if (head.empty()) co_return;
                              ++asked;
                              while (allowed == 0) co_await go.wait();
                              --allowed;
                              co_await connection.send(kFine);
                          }
                      }};
    void allow(int replies) {
        allowed += replies;
        go.notify();
    }
    Signal go{context.get_executor()};
    int asked{0};
    int allowed{0};
};

TEST_F(PoolTest, WhoWaitsGetsTheConnectionThatComesBack) {
    auto config = to(peer);
    config.max_connections = 1;
    config.wait_timeout = 20s;
    Outbound outbound{context, config};
    Fetch first{*this, outbound}, second{*this, outbound}, third{*this, outbound};
    run_until([&] { return asked == 1 && outbound.stats().waiting == 2; });
    allow(3);
    run_until([&] { return first.done() && second.done() && third.done(); });
    for (const Fetch* fetch : {&first, &second, &third}) EXPECT_EQ(fetch->result(), "200 ok");
    EXPECT_EQ(peer.accepted(), 1);
    EXPECT_EQ(outbound.stats().reused, 2U);
}

TEST_F(PoolTest, WhoWaitsGetsThePlaceOfAConnectionThatWent) {
    auto config = to(peer);
    config.max_connections = 1;
    config.wait_timeout = 20s;
    Outbound outbound{context, config};
    Fetch first{*this, outbound};
    run_until([&] { return asked == 1; });
    Fetch second{*this, outbound};
    run_until([&] { return outbound.stats().waiting == 1; });
    first.cancel();
    run_until([&] { return asked == 2; });
    allow(2);  // one for the script of the cancelled request
    run_until([&] { return second.done(); });
    EXPECT_EQ(second.result(), "200 ok");
    EXPECT_EQ(outbound.stats().opened, 2U);
    EXPECT_EQ(outbound.stats().open, 1U);
}

struct WaitRow {
    const char* claim;
    std::chrono::milliseconds wait_timeout;
    std::size_t max_waiting;
    std::chrono::milliseconds deadline;
    bool cancelled;
    std::string shown;
};
class Waits : public PoolTest, public testing::WithParamInterface<WaitRow> {};
TEST_P(Waits, EndWithoutAConnection) {
    const WaitRow& row = GetParam();
    auto config = to(peer);
    config.max_connections = 1;
    config.wait_timeout = row.wait_timeout;
    config.max_waiting = row.max_waiting;
    Outbound outbound{context, config};
    Fetch busy{*this, outbound};
    run_until([&] { return asked == 1; });
    Fetch waiting{*this, outbound, {}, CallContext{}.within(row.deadline)};
    if (row.cancelled) {
        run_until([&] { return outbound.stats().waiting == 1; });
        waiting.cancel();
    }
    run_until([&] { return waiting.done(); });
    EXPECT_EQ(waiting.result(), row.shown) << row.claim;
    EXPECT_EQ(outbound.stats().waiting, 0U);
    allow(1);
    run_until([&] { return busy.done(); });
    EXPECT_EQ(busy.result(), "200 ok") << "the others are not disturbed";
    EXPECT_EQ(outbound.stats().open, 1U);
}
INSTANTIATE_TEST_SUITE_P(Pool, Waits, testing::Values(
    WaitRow{"waiting is bounded in time",      30ms, 10, 20s,  false, "resource_exhausted POOL_EXHAUSTED"},
    WaitRow{"and in number",                   20s,  0,  20s,  false, "resource_exhausted POOL_EXHAUSTED"},
    WaitRow{"the caller's deadline is nearer", 20s,  10, 30ms, false, "deadline_exceeded"},
    WaitRow{"the caller gives up",             20s,  10, 20s,  true,  "cancelled"}));

TEST_F(PoolTest, NoMoreStayIdleThanAllowed) {
    auto config = to(peer);
    config.max_idle = 1;
    Outbound outbound{context, config};
    std::deque<Fetch> fetches;
    for (int i = 0; i < 3; ++i) fetches.emplace_back(*this, outbound);
    run_until([&] { return asked == 3; });
    allow(3);
    run_until([&] { return peer.ended() == 2; });
    EXPECT_EQ(outbound.stats().opened, 3U);
    EXPECT_EQ(outbound.stats().open, 1U);
    EXPECT_EQ(outbound.stats().idle, 1U);
}

TEST_F(PoolTest, IdleConnectionsGoWithTime) {
    auto config = to(peer);
    config.idle_time = 20ms;
    Outbound outbound{context, config};
    allow(1);
    EXPECT_EQ(fetched(outbound), "200 ok");
    run_until([&] { return peer.ended() == 1; });
    EXPECT_EQ(outbound.stats().open, 0U);
    EXPECT_EQ(outbound.stats().idle, 0U);
}

TEST_F(PoolTest, IdleConnectionsGoWithTheirOutbound) {
    auto outbound = std::make_unique<Outbound>(context, to(peer));
    allow(1);
    EXPECT_EQ(fetched(*outbound), "200 ok");
    outbound.reset();
    run_until([&] { return peer.ended() == 1; });
}

class StaleTest : public OutboundTest, public testing::WithParamInterface<bool> {};
INSTANTIATE_TEST_SUITE_P(Plain, StaleTest, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Tls, StaleTest, testing::Values(true));
TEST_P(StaleTest, AKeptConnectionThatThePeerClosedIsNotUsed) {
    ScriptedPeer peer{context,
                      [](PeerConnection& connection) -> asio::awaitable<void> {
                          co_await connection.read_head();
                          co_await connection.send(kFine);
                          connection.close();
                      },
                      GetParam() ? &certificates().local : nullptr};
    Outbound outbound{context, to(peer, GetParam())};
    for (int i = 1; i <= 3; ++i) {
        EXPECT_EQ(fetched(outbound, {.method = Method::post, .body = "once"}), "200 ok");
        run_until([&] { return peer.ended() == i; });
    }
    EXPECT_EQ(outbound.stats().opened, 3U);
    EXPECT_EQ(outbound.stats().reused, 0U);
    EXPECT_EQ(outbound.stats().repeated, 0U);
}

struct ArrivalRow {
    const char* claim;
    bool closed_before;  ///< the peer closes before the second request is sent; else after it has read it
    bool nothing_arrived;
};
class Arrival : public OutboundTest, public testing::WithParamInterface<ArrivalRow> {};
TEST_P(Arrival, IsWhatThePeersTcpAcknowledged) {
    const ArrivalRow& row = GetParam();
    ScriptedPeer peer{context, [&](PeerConnection& connection) -> asio::awaitable<void> {
                          co_await connection.read_bytes(5);
                          co_await connection.send("fine");
                          if (!row.closed_before) co_await connection.read_bytes(6);
                          connection.close();
                      }};
    run([](OutboundTest& test, ScriptedPeer& to_peer, const ArrivalRow& expected) -> asio::awaitable<void> {
        co_await asio::this_coro::throw_if_cancelled(false);
        const auto deadline = in_time().deadline;
        const auto connection = std::make_shared<OutboundConnection>(test.context);
        const auto config = to(to_peer);
        const auto dialled = co_await connection->dial(config, deadline);
        EXPECT_TRUE(dialled);
        const auto first = co_await connection->send("first", {}, deadline);
        const auto answered = co_await connection->receive(deadline);
        EXPECT_TRUE(first && answered && connection->input().bytes() == "fine");
        EXPECT_FALSE(connection->nothing_arrived()) << "the first request did";
        while (expected.closed_before && to_peer.ended() == 0) co_await pause(0s);
        const auto second = co_await connection->send("second", {}, deadline);
        const auto lost = co_await connection->receive(deadline);
        EXPECT_FALSE(second && lost && *lost) << "there is no answer";
        EXPECT_EQ(connection->nothing_arrived(), expected.nothing_arrived) << expected.claim;
        connection->close();
    }(*this, peer, row));
}
INSTANTIATE_TEST_SUITE_P(Kept, Arrival, testing::Values(
    ArrivalRow{"what the peer had closed cannot have been read", true,  true},
    ArrivalRow{"what the peer read may have been acted on",      false, false}));

struct RepeatRow {
    const char* claim;
    bool closed_before;  ///< as above
    std::string shown;
    std::size_t repeated;
};
class Repeats : public OutboundTest, public testing::WithParamInterface<std::tuple<RepeatRow, bool>> {};
TEST_P(Repeats, AreOfWhatNeverArrived) {
    const auto& [row, tls] = GetParam();
    const std::string_view request = "GET / HTTP/1.1\r\n\r\n";
    int served = 0;
    bool close_now = false;
    ScriptedPeer peer{context,
                      [&](PeerConnection& connection) -> asio::awaitable<void> {
                          co_await connection.read_head();
                          ++served;
                          co_await connection.send(kFine);
                          if (served > 1) co_return;  // the repeated one
                          while (row.closed_before && !close_now) co_await pause(0s);
                          if (!row.closed_before) co_await connection.read_head();
                          connection.close();
                      },
                      tls ? &certificates().local : nullptr};
    const auto pool = std::make_shared<ConnectionPool>(context, to(peer, tls));
    std::string result;
    run([](ConnectionPool& from, ScriptedPeer& to_peer, std::string_view head, bool first_close, bool& close,
           std::string& shown_result) -> asio::awaitable<void> {
        co_await asio::this_coro::throw_if_cancelled(false);
        for (const bool second : {false, true}) {
            auto lease = co_await from.lease(in_time());
            EXPECT_TRUE(lease && lease->reused() == second);
            if (!lease) co_return;
            // The peer closes when the connection was found fit and nothing is sent yet.
            close = second;
            while (second && first_close && to_peer.ended() == 0) co_await pause(0s);
            OutboundReply reply{std::move(*lease), false, 100};
            const auto begun = co_await reply.begin(head, {}, in_time());
            shown_result = begun ? std::to_string(reply.head.status) : shown(begun.error());
            const auto body = co_await reply.next(in_time().deadline);
            EXPECT_EQ(body && *body == "ok", begun.has_value());
        }
    }(*pool, peer, request, row.closed_before, close_now, result));
    EXPECT_EQ(result, row.shown) << row.claim;
    EXPECT_EQ(pool->stats().repeated, row.repeated) << row.claim;
    EXPECT_EQ(peer.accepted(), 1 + static_cast<int>(row.repeated));
    pool->close_idle();
}
INSTANTIATE_TEST_SUITE_P(Kept, Repeats, testing::Combine(testing::Values(
    RepeatRow{"what the peer had closed cannot have been read", true,  "200",                           1},
    RepeatRow{"what the peer read may have been acted on",      false, "unavailable CONNECTION_CLOSED", 0}), testing::Bool()));
}  // namespace
}  // namespace rondo::net
