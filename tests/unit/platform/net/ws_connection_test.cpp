// The cases of ws_cases over a real socket, and what the handshake answers.
#include "ws_cases.hpp"
#include "ws_client.hpp"

#include <cstdio>

namespace rondo::net {
namespace {
class WsConnectionTest : public ServerTest {
public:
    static asio::awaitable<void> echo(Exchange& exchange, WebSocket::Options options) {
        auto socket = co_await exchange.upgrade(std::move(options));
        if (!socket) co_return;
        for (;;) {
            auto message = co_await (*socket)->receive();
            if (!message) co_return;
            const auto sent = co_await (*socket)->send(message->kind, message->data);
            if (!sent) co_return;
        }
    }
    WsConnectionTest() {
        route(Method::get, "/plain", [](Exchange& exchange) { return echo(exchange, {.max_message = kCaseLimit}); });
        route(Method::get, "/deflate",
              [](Exchange& exchange) { return echo(exchange, {.deflate = true, .deflate_from = 64, .max_message = kCaseLimit}); });
        route(Method::get, "/chat", [](Exchange& exchange) { return echo(exchange, {.protocol = "chat.v2"}); });
        route(Method::get, "/http", [](Exchange& exchange) -> asio::awaitable<void> {
            co_await exchange.respond({.content_type = "text/plain", .body = "plain http"});
        });
    }
    /// What a server that echoes has to send for `row`, and whether it is the one to end the connection.
    static std::vector<std::string> answers(const WsCase& row, bool& ends) {
        std::vector<std::string> all;
        ends = false;
        for (std::string heard : row.heard) {
            if (heard.starts_with("pong")) continue;
            if (heard.starts_with("ping")) heard[1] = 'o';
            ends = heard.starts_with("close") || heard.starts_with("violation");
            if (ends) heard = "close" + heard.substr(heard.find(' '));
            all.push_back(heard == "close 1005" ? "close" : heard);
        }
        if (!ends) all.emplace_back("close 1000");
        return all;
    }
    /// Sends everything behind the request and reads to the end. `piece`: bytes per write.
    std::vector<std::string> talk(const WsCase& row, bool ends, std::size_t piece) {
        std::string bytes =
            ws_request(row.deflate ? "/deflate" : "/plain", row.deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
        bytes += row.wire;
        if (!ends) bytes += client_close(1000);
        std::string answer;
        run([](ServerTest& test, std::string& answer, std::string bytes, std::size_t piece) -> asio::awaitable<void> {
            RawClient client{test.context};
            co_await client.connect(test.port);
            client.socket().set_option(asio::ip::tcp::no_delay{true});
            for (std::size_t at = 0; at < bytes.size(); at += piece) co_await client.send(bytes.substr(at, piece));
            answer = co_await client.read();
            EXPECT_FALSE(client.was_reset()) << "closed before everything was read";
        }(*this, answer, std::move(bytes), piece));
        std::vector<std::string> all;
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
        answer.erase(0, answer.find("\r\n\r\n") + 4);
        ServerFrame frame;
        while (take_server_frame(answer, frame)) all.push_back(frame.said());
        EXPECT_TRUE(answer.empty()) << "half a frame at the end";
        return all;
    }
};

TEST_F(WsConnectionTest, EveryCaseOverASocket) {
    start();
    std::size_t cases = 0, bytewise = 0;
    for (const WsCase& row : all_ws_cases()) {
        SCOPED_TRACE(row.claim);
        bool ends = false;
        const auto expected = answers(row, ends);
        ASSERT_EQ(talk(row, ends, std::size_t{1} << 20U), expected);
        ++cases;
        if (row.wire.size() > 40 || cases % 4 != 0) continue;  // the reader alone is asked all of them
        ASSERT_EQ(talk(row, ends, 1), expected) << "byte by byte";
        ++bytewise;
    }
    std::printf("%zu cases over a socket, %zu of them also byte by byte\n", cases, bytewise);
    EXPECT_TRUE(errors.empty());
}

TEST_F(WsConnectionTest, TheAnswerAgrees) {
    start();
    const std::string bye = client_close(1000);
    const std::string plain = converse(ws_request("/plain", "Sec-WebSocket-Extensions: permessage-deflate\r\n") + bye);
    EXPECT_EQ(status_of(plain), "HTTP/1.1 101 Switching Protocols");
    EXPECT_EQ(count(plain, "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), 1U);
    EXPECT_EQ(count(plain, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"), 1U);
    EXPECT_EQ(count(plain, "Sec-WebSocket-Extensions"), 0U) << "this route does not deflate";
    EXPECT_EQ(count(plain, "Sec-WebSocket-Protocol"), 0U);
    EXPECT_EQ(count(plain, "Content-Length"), 0U);
    const std::string deflated =
        converse(ws_request("/deflate", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n") + bye);
    EXPECT_EQ(count(deflated,
                    "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
                    "server_max_window_bits=9\r\n"),
              1U);
    const std::string chat = converse(ws_request("/chat", "Sec-WebSocket-Protocol: chat.v1, chat.v2\r\n") + bye);
    EXPECT_EQ(count(chat, "\r\nSec-WebSocket-Protocol: chat.v2\r\n"), 1U);
}

TEST_F(WsConnectionTest, WhatIsNoHandshakeIsRefusedAsAProblem) {
    start();
    std::string old = ws_request("/plain", "Connection: close\r\n");
    old.replace(old.find("Version: 13"), 11, "Version: 8");
    const std::string upgrade = converse(old);
    EXPECT_EQ(status_of(upgrade), "HTTP/1.1 426 Upgrade Required");
    EXPECT_EQ(count(upgrade, "\r\nSec-WebSocket-Version: 13\r\n"), 1U);
    EXPECT_EQ(count(upgrade, "application/problem+json"), 1U);
    const std::string plain = converse("GET /plain HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_of(plain), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(count(plain, "WEBSOCKET_EXPECTED"), 1U);
    std::string ancient = ws_request("/plain");
    ancient.replace(ancient.find("HTTP/1.1"), 8, "HTTP/1.0");
    EXPECT_EQ(status_of(converse(ancient)), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(status_of(converse(ws_request("/plain", "Content-Length: 2\r\nConnection: close\r\n") + "hi")), "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(status_of(converse(ws_request("/nowhere", "Connection: close\r\n"))), "HTTP/1.1 404 Not Found");
    EXPECT_TRUE(errors.empty());
}

TEST_F(WsConnectionTest, ARefusedHandshakeLeavesTheConnectionUsable) {
    start();
    const auto answer = converse("GET /plain HTTP/1.1\r\nHost: h\r\n\r\nGET /http HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.ends_with("plain http")) << answer;
}

TEST_F(WsConnectionTest, OtherRoutesDoNotSeeAnUpgrade) {
    start();
    const auto answer = converse(ws_request("/http", "Connection: close\r\n"));
    EXPECT_EQ(status_of(answer), "HTTP/1.1 200 OK");
    EXPECT_TRUE(answer.ends_with("plain http"));
}

TEST_F(WsConnectionTest, DeflateFromTheAgreedSizeOn) {
    start();
    for (const std::string_view parameters :
         {"", "; client_max_window_bits", "; server_no_context_takeover", "; client_no_context_takeover", "; server_max_window_bits=8",
          "; server_max_window_bits=9", "; server_max_window_bits=15; client_max_window_bits=8"}) {
        run([](ServerTest& test, std::string offer) -> asio::awaitable<void> {
            WsClient client{test.context};
            co_await client.open(test.port, "/deflate", "Sec-WebSocket-Extensions: permessage-deflate" + offer + "\r\n");
            for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 1000U, 60'000U}) {
                const std::string text(size, 'x');
                co_await client.send(client_text(text));
                EXPECT_EQ(co_await client.next(), said("text", text));
                EXPECT_EQ(client.frame().compressed, size >= 64) << size;
            }
        }(*this, std::string{parameters}));
    }
}

TEST_F(WsConnectionTest, WithoutAnOfferNothingIsCompressed) {
    start();
    run([](ServerTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/deflate", "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7\r\n");
        const std::string text(1000, 'x');
        co_await client.send(client_text(text));
        EXPECT_EQ(co_await client.next(), said("text", text));
        EXPECT_FALSE(client.frame().compressed);
        co_await client.send(client_frame(1, "a", {.reserved = 4}));
        EXPECT_EQ(co_await client.next(), "close 1002");
    }(*this));
}
}  // namespace
}  // namespace rondo::net
