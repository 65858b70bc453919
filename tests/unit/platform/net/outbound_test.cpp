#include "outbound_fixture.hpp"

#include "base/async/signal.hpp"

namespace rondo::net {
namespace {
enum class End { keep, finish, close, reset };

struct Row {
    const char* claim;
    std::string reply;
    End then;
    std::string shown;
    std::string shown_in_tls{};  ///< where TLS knows more
};

class Replies : public OutboundTest, public testing::WithParamInterface<std::tuple<Row, bool>> {};
TEST_P(Replies, AreReadOrNamed) {
    const auto& [row, tls] = GetParam();
    ScriptedPeer peer{context,
                      [&row = row](PeerConnection& connection) -> asio::awaitable<void> {
                          co_await connection.read_head();
                          co_await connection.send(row.reply);
                          if (row.then == End::keep) co_await connection.read_to_end();
                          if (row.then == End::finish) co_await connection.finish();
                          if (row.then == End::close) connection.close();
                          if (row.then == End::reset) connection.reset();
                      },
                      tls ? &certificates().local : nullptr};
    auto config = to(peer, tls);
    config.max_body_bytes = 100;
    Outbound outbound{context, config};
    EXPECT_EQ(fetched(outbound), tls && !row.shown_in_tls.empty() ? row.shown_in_tls : row.shown) << row.claim;
}
const auto kRows = testing::Values(
    Row{"a length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", End::keep, "200 abc"},
    Row{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", End::keep, "200 abc"},
    Row{"no body", "HTTP/1.1 204 No Content\r\n\r\n", End::keep, "204 "},
    Row{"a body to the end", "HTTP/1.1 200 OK\r\n\r\nabc", End::finish, "200 abc"},
    Row{"TLS tells an end from a cut", "HTTP/1.1 200 OK\r\n\r\nabc", End::close, "200 abc", "200 then unavailable REPLY_CUT"},
    Row{"an error is a value", "HTTP/1.1 503 No\r\nContent-Length: 3\r\n\r\nwhy", End::keep, "503 why"},
    Row{"a redirect is not followed", "HTTP/1.1 307 There\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", End::keep, "307 "},
    Row{"interim answers are skipped", "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", End::keep, "200 a"},
    Row{"identity is no encoding", "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 1\r\n\r\na", End::keep, "200 a"},
    Row{"gzip was not asked for", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\na", End::keep,
        "unavailable ENCODING_REFUSED"},
    Row{"closed before the head", "", End::finish, "unavailable CONNECTION_CLOSED"},
    Row{"reset before the head", "", End::reset, "unavailable CONNECTION_CLOSED"},
    Row{"closed in the head", "HTTP/1.1 200 OK\r\nContent-", End::finish, "unavailable CONNECTION_CLOSED"},
    Row{"reset in the head", "HTTP/1.1 200 OK\r\nContent-", End::reset, "unavailable CONNECTION_CLOSED"},
    Row{"cut below its length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", End::finish, "200 then unavailable REPLY_CUT"},
    Row{"cut between chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", End::finish,
        "200 then unavailable REPLY_CUT"},
    Row{"reset in the body", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", End::reset, "200 then unavailable REPLY_CUT"},
    Row{"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", End::keep, "unavailable REPLY_MALFORMED"},
    Row{"a broken chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n", End::keep,
        "200 then unavailable REPLY_MALFORMED"},
    Row{"an endless head", "HTTP/1.1 200 OK\r\nX-Long: " + std::string(100'000, 'x'), End::keep, "unavailable REPLY_MALFORMED"},
    Row{"a longer body than we take", "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'), End::keep,
        "200 then resource_exhausted REPLY_TOO_LARGE"});
INSTANTIATE_TEST_SUITE_P(Plain, Replies, testing::Combine(kRows, testing::Values(false)));
INSTANTIATE_TEST_SUITE_P(Tls, Replies, testing::Combine(kRows, testing::Values(true)));

class OutboundBothWays : public OutboundTest, public testing::WithParamInterface<bool> {
public:
    [[nodiscard]] const Identity* identity() const { return GetParam() ? &certificates().local : nullptr; }
};
INSTANTIATE_TEST_SUITE_P(Plain, OutboundBothWays, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Tls, OutboundBothWays, testing::Values(true));

TEST_P(OutboundBothWays, OneConnectionServesManyRequests) {
    ScriptedPeer peer{context, always(kFine), identity()};
    Outbound outbound{context, to(peer, GetParam())};
    for (int i = 0; i < 5; ++i) EXPECT_EQ(fetched(outbound), "200 ok");
    const auto stats = outbound.stats();
    EXPECT_EQ(peer.accepted(), 1);
    EXPECT_EQ(stats.opened, 1U);
    EXPECT_EQ(stats.reused, 4U);
    EXPECT_EQ(stats.open, 1U);
    EXPECT_EQ(stats.idle, 1U);
}

TEST_P(OutboundBothWays, LongBodiesGoAndComeWhole) {
    std::string body(900'000, ' ');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
    ScriptedPeer peer{context,
                      [&](PeerConnection& connection) -> asio::awaitable<void> {
                          co_await connection.read_head();
                          const auto got = co_await connection.read_bytes(body.size());
                          co_await connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(got.size()) + "\r\n\r\n" + got);
                          co_await connection.read_to_end();
                      },
                      identity()};
    Outbound outbound{context, to(peer, GetParam())};
    EXPECT_TRUE(fetched(outbound, {.method = Method::post, .body = body}) == "200 " + body);
}

TEST_P(OutboundBothWays, PiecesAreHandedOnAsTheyCome) {
    Signal seen{context.get_executor()};
    ScriptedPeer peer{context,
                      [&](PeerConnection& connection) -> asio::awaitable<void> {
                          co_await connection.read_head();
                          co_await connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                          for (const auto* piece : {"1\r\na\r\n", "1\r\nb\r\n", "1\r\nc\r\n"}) {
                              co_await seen.wait();  // nothing follows before the last piece has reached the caller
                              co_await connection.send(piece);
                          }
                          co_await connection.send("0\r\n\r\n");
                          co_await connection.read_to_end();
                      },
                      identity()};
    Outbound outbound{context, to(peer, GetParam())};
    run([](Outbound& to, Signal& got) -> asio::awaitable<void> {
        auto stream = co_await to.open({}, in_time());
        EXPECT_TRUE(stream);
        if (!stream) co_return;
        for (const auto* expected : {"a", "b", "c", "", ""}) {
            got.notify();
            const auto piece = co_await stream->next(in_time());
            EXPECT_TRUE(piece && *piece == expected) << expected;
        }
    }(outbound, seen));
    EXPECT_EQ(outbound.stats().idle, 1U) << "read to its end, the connection serves the next";
}

TEST_P(OutboundBothWays, PiecesBeforeAFaultAreHandedOn) {
    ScriptedPeer peer{context, always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ntoken\r\nzz\r\n"), identity()};
    Outbound outbound{context, to(peer, GetParam())};
    run([](Outbound& to) -> asio::awaitable<void> {
        auto stream = co_await to.open({}, in_time());
        EXPECT_TRUE(stream);
        if (!stream) co_return;
        const auto piece = co_await stream->next(in_time());
        EXPECT_TRUE(piece && *piece == "token");
        for (int i = 0; i < 2; ++i) {
            const auto fault = co_await stream->next(in_time());
            EXPECT_EQ(fault ? "" : shown(fault.error()), "unavailable REPLY_MALFORMED");
        }
    }(outbound));
    EXPECT_EQ(outbound.stats().open, 0U);
}

TEST_P(OutboundBothWays, AnUnreadReplyClosesItsConnection) {
    ScriptedPeer peer{context,
                      [](PeerConnection& connection) -> asio::awaitable<void> {
                          co_await connection.read_head();
                          co_await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
                          co_await connection.read_to_end();
                      },
                      identity()};
    Outbound outbound{context, to(peer, GetParam())};
    run([](Outbound& to) -> asio::awaitable<void> {
        auto stream = co_await to.open({}, in_time());
        EXPECT_TRUE(stream);
    }(outbound));
    EXPECT_EQ(outbound.stats().open, 0U);
    run_until([&] { return peer.ended() == 1; });
}

TEST_P(OutboundBothWays, CancelledCallsCloseTheirConnection) {
    for (const std::string_view sent : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}) {
        bool asked = false;
        ScriptedPeer peer{context,
                          [&](PeerConnection& connection) -> asio::awaitable<void> {
                              co_await connection.read_head();
                              co_await connection.send(std::string{sent});
                              asked = true;
                              co_await connection.read_to_end();
                          },
                          identity()};
        Outbound outbound{context, to(peer, GetParam())};
        Fetch fetch{*this, outbound};
        run_until([&] { return asked; });
        fetch.cancel();
        run_until([&] { return fetch.done() && peer.ended() == 1; });
        EXPECT_TRUE(fetch.result().ends_with("cancelled")) << fetch.result() << " after " << sent;
        EXPECT_EQ(outbound.stats().open, 0U);
    }
}

TEST_P(OutboundBothWays, TheDeadlineHoldsInHeadAndBody) {
    for (const std::string_view sent : {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"}) {
        ScriptedPeer peer{context,
                          [&](PeerConnection& connection) -> asio::awaitable<void> {
                              co_await connection.read_head();
                              co_await connection.send(std::string{sent});
                              co_await connection.read_to_end();
                          },
                          identity()};
        Outbound outbound{context, to(peer, GetParam())};
        EXPECT_TRUE(fetched(outbound, {}, CallContext{}.within(50ms)).ends_with("deadline_exceeded")) << sent;
        run_until([&] { return peer.ended() == 1; });
    }
}

TEST_P(OutboundBothWays, AnEarlyRefusalIsHeard) {
    ScriptedPeer peer{context,
                      [](PeerConnection& connection) -> asio::awaitable<void> {
                          co_await connection.read_head();
                          co_await connection.send("HTTP/1.1 413 Too much\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
                          co_await connection.finish();
                      },
                      identity()};
    Outbound outbound{context, to(peer, GetParam())};
    EXPECT_EQ(fetched(outbound, {.method = Method::post, .body = "short"}), "413 no");
}

TEST_F(OutboundTest, ARequestSaysWhatItIs) {
    std::string head;
    ScriptedPeer peer{context, [&](PeerConnection& connection) -> asio::awaitable<void> {
                          head = co_await connection.read_head();
                          co_await connection.send(kFine);
                      }};
    auto config = to(peer);
    config.endpoint.path = "/v1";
    Outbound outbound{context, config};
    EXPECT_EQ(fetched(outbound, {.method = Method::post, .target = "/chat?a=b", .headers = {{"X-Key", "k"}}, .body = "{}"}), "200 ok");
    EXPECT_EQ(head, "POST /v1/chat?a=b HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(peer.port()) +
                        "\r\nUser-Agent: rondo\r\nAccept-Encoding: identity\r\nX-Key: k\r\nContent-Type: application/json\r\n"
                        "Content-Length: 2\r\n\r\n");
}

TEST_F(OutboundTest, NamesAndBothFamiliesAreReached) {
    ScriptedPeer four{context, always(kFine)};
    auto config = to(four);
    config.endpoint.host = "localhost";  // names ::1 as well on many machines: the next address is tried
    Outbound by_name{context, config};
    EXPECT_EQ(fetched(by_name), "200 ok");

    std::unique_ptr<ScriptedPeer> six;
    try {
        six = std::make_unique<ScriptedPeer>(context, always(kFine), nullptr, asio::ip::address_v6::loopback());
    } catch (const boost::system::system_error&) { GTEST_SKIP() << "this machine has no ::1"; }
    config = to(*six);
    config.endpoint.host = "::1";
    Outbound by_address{context, config};
    EXPECT_EQ(fetched(by_address), "200 ok");
}

TEST_F(OutboundTest, WhoCannotBeReachedIsNamed) {
    asio::ip::tcp::acceptor bound{context, {asio::ip::address_v4::loopback(), 0}, false};
    const auto free_port = bound.local_endpoint().port();
    bound.close();
    Outbound nobody{context, to(free_port)};
    EXPECT_EQ(fetched(nobody), "unavailable CONNECT_FAILED");
    EXPECT_EQ(nobody.stats().failed, 1U);
    EXPECT_EQ(nobody.stats().open, 0U);

    auto config = to(free_port);
    config.endpoint.host = std::string(64, 'x') + ".test";  // longer than a label can be: no server needs to be asked
    Outbound nameless{context, config};
    EXPECT_EQ(fetched(nameless), "unavailable DNS_FAILED");
}

TEST_F(OutboundTest, AnOutboundMayGoBeforeItsStream) {
    ScriptedPeer peer{context, always(kFine)};
    run([](OutboundTest& test, ScriptedPeer& to_peer) -> asio::awaitable<void> {
        auto outbound = std::make_unique<Outbound>(test.context, to(to_peer));
        auto stream = co_await outbound->open({}, in_time());
        outbound.reset();
        EXPECT_TRUE(stream);
        if (!stream) co_return;
        const auto body = co_await stream->rest(10, in_time());
        EXPECT_TRUE(body && *body == "ok");
    }(*this, peer));
    run_until([&] { return peer.ended() == 1; });
}
}  // namespace
}  // namespace rondo::net
