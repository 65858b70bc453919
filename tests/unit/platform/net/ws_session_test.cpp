// What a handler sees of its WebSocket: sending, closing, slow and silent peers, drain.
#include "base/async/signal.hpp"
#include "ws_cases.hpp"
#include "ws_client.hpp"

#include <stdexcept>

namespace rondo::net {
namespace {
constexpr std::size_t kMiB = 1U << 20U;

class WsSessionTest : public ServerTest {
public:
    WsSessionTest() {
        on("/listen", {}, [this](WebSocket& socket) -> asio::awaitable<void> { co_await listen(socket); });
        on("/return", {}, [](WebSocket& socket) -> asio::awaitable<void> { co_await socket.send(WebSocket::Kind::text, "bye"); });
        on("/throw", {}, [](WebSocket& socket) -> asio::awaitable<void> {
            co_await socket.send(WebSocket::Kind::text, "oh");
            throw std::runtime_error{"boom"};
        });
        on("/close", {}, [this](WebSocket& socket) -> asio::awaitable<void> {
            co_await socket.send(WebSocket::Kind::text, std::string(300'000, 'a'));
            socket.close(4001, "enough");
            socket.close(4002, "too late");
            sent = co_await socket.send(WebSocket::Kind::text, "late");
            co_await listen(socket);
        });
        on("/flood", {.max_unsent = kMiB}, [this](WebSocket& socket) -> asio::awaitable<void> {
            const std::string text(100'000, 'f');
            for (sent = Status{}; sent; sent = co_await socket.send(WebSocket::Kind::binary, text)) {
                most_unsent = std::max(most_unsent, socket.unsent());
                ++messages;
                if (messages > 600) socket.close(1000, "");
            }
            co_await listen(socket);
        });
        on("/crowd", {.max_unsent = kMiB}, [this](WebSocket& socket) -> asio::awaitable<void> {
            // Nobody of them waits for the others: together they pass what one alone never would.
            for (int i = 0; i < 400; ++i) {
                asio::co_spawn(
                    context,
                    [](WebSocket& to) -> asio::awaitable<void> {
                        co_await to.send(WebSocket::Kind::binary, std::string(50'000, 'c'));
                    }(socket),
                    [](std::exception_ptr) {});
            }
            co_await listen(socket);
            most_unsent = socket.unsent();
        });
        on("/choir", {}, [this](WebSocket& socket) -> asio::awaitable<void> {
            for (int voice = 0; voice < 5; ++voice) {
                asio::co_spawn(
                    context,
                    [](WebSocket& to, int number, int& done) -> asio::awaitable<void> {
                        for (int i = 0; i < 100; ++i) {
                            std::string text = std::to_string(number) + ":" + std::to_string(i) + ":";
                            text.append(static_cast<std::size_t>(number * 9000 + i), 'x');
                            co_await to.send(WebSocket::Kind::text, text);
                        }
                        if (++done == 5) to.close(1000, "sung");
                    }(socket, voice, singers_done),
                    [](std::exception_ptr) {});
            }
            co_await listen(socket);
        });
        on("/heart", {.heartbeat = 40ms}, [this](WebSocket& socket) -> asio::awaitable<void> { co_await listen(socket); });
        on("/impatient", {}, [this](WebSocket& socket) -> asio::awaitable<void> {
            for (int i = 0; i < 3; ++i) {
                const auto message = co_await within(CallContext{}.within(5ms), socket.receive());
                if (!message) ++timeouts;
            }
            co_await socket.send(WebSocket::Kind::text, "ready");
            co_await listen(socket);
        });
        on("/drained", {.on_drain = [this] { ++drains; }}, [this](WebSocket& socket) -> asio::awaitable<void> {
            co_await socket.send(WebSocket::Kind::text, "hi");
            co_await eventually([&] { return drains > 0; });
            socket.close(1001, "going away");
            co_await listen(socket);
        });
    }

    using Talk = std::function<asio::awaitable<void>(WebSocket&)>;
    void on(std::string path, WebSocket::Options options, Talk talk) {
        route(Method::get, std::move(path),
              [options = std::move(options), talk = std::move(talk)](Exchange& exchange) -> asio::awaitable<void> {
                  auto socket = co_await exchange.upgrade(options);
                  if (socket) co_await talk(**socket);
              });
    }
    /// Receives to the end and keeps what came.
    asio::awaitable<void> listen(WebSocket& socket) {
        for (;;) {
            const auto message = co_await socket.receive();
            if (!message) {
                EXPECT_EQ(message.error().code, Code::cancelled);
                break;
            }
            heard.push_back(message->data);
        }
        closing = socket.closing();
        ended = true;
    }
    static HttpServer::Config hasty() { return {.write_timeout = 60ms}; }

    std::vector<std::string> heard;
    WebSocket::Closing closing;
    Status sent;
    std::size_t most_unsent{0};
    int messages{0}, singers_done{0}, timeouts{0}, drains{0};
    bool ended{false};
};

TEST_F(WsSessionTest, AHandlerThatReturnsClosesInOrder) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/return");
        EXPECT_EQ(co_await client.next(), "text(3) bye");
        EXPECT_EQ(co_await client.next(), "close 1000");
        co_await client.send(client_close(1000));
        EXPECT_EQ(co_await client.next(), "end");
        client.raw().close();
        co_await test.eventually([&] { return test.server->open_connections() == 0; });
    }(*this));
    EXPECT_TRUE(errors.empty());
}

TEST_F(WsSessionTest, AHandlerThatThrowsClosesWith1011) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/throw");
        EXPECT_EQ(co_await client.next(), "text(2) oh");
        EXPECT_EQ(co_await client.next(), "close 1011");
        co_await client.send(client_close(1011));
        EXPECT_EQ(co_await client.next(), "end");
    }(*this));
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_NE(errors[0].find("boom"), std::string::npos);
}

TEST_F(WsSessionTest, WhatWasSentBeforeAClosingArrives) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/close");
        EXPECT_EQ(co_await client.next(), said("text", std::string(300'000, 'a')));
        EXPECT_EQ(co_await client.next(), "close 4001");
        EXPECT_EQ(client.frame().payload.substr(2), "enough");
        co_await client.send(client_text("unheard") + client_frame(9, "unanswered") + client_close(4001));
        EXPECT_EQ(co_await client.next(), "end");
        co_await test.eventually([&] { return test.ended; });
    }(*this));
    EXPECT_FALSE(sent) << "nothing goes behind a close";
    EXPECT_TRUE(heard.empty());
    EXPECT_EQ(closing.code, 4001);
    EXPECT_FALSE(closing.by_peer);
}

TEST_F(WsSessionTest, APeerThatDoesNotAnswerAClosingIsLeft) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/return");
        EXPECT_EQ(co_await client.next(), "text(3) bye");
        EXPECT_EQ(co_await client.next(), "close 1000");
        EXPECT_EQ(co_await client.next(), "end");
    }(*this));
}

TEST_F(WsSessionTest, ThePeersClosingIsTold) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/listen");
        co_await client.send(client_text("one") + client_text("two") + client_close(4321, "原因"));
        EXPECT_EQ(co_await client.next(), "close 4321");
        EXPECT_EQ(co_await client.next(), "end");
    }(*this));
    EXPECT_EQ(heard, (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ(closing.code, 4321);
    EXPECT_EQ(closing.reason, "原因");
    EXPECT_TRUE(closing.by_peer);
}

TEST_F(WsSessionTest, AConnectionThatBreaksIs1006) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/listen");
        co_await client.send(client_text("one") + begun_frame(1, "tw", 3));
        co_await test.eventually([&] { return !test.heard.empty(); });
        client.raw().close();
        co_await test.eventually([&] { return test.ended && test.server->open_connections() == 0; });
    }(*this));
    EXPECT_EQ(heard, (std::vector<std::string>{"one"}));
    EXPECT_EQ(closing.code, 1006);
    EXPECT_FALSE(closing.by_peer);
    EXPECT_TRUE(errors.empty());
}

TEST_F(WsSessionTest, ASlowReaderSlowsItsSender) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/flood");
        int before = -1;
        while (before != test.messages) {  // until the sender waits
            before = test.messages;
            co_await pause(5ms);
        }
        EXPECT_LT(test.messages, 600);
        const std::string expected = said("binary", std::string(100'000, 'f'));
        for (int i = 0; i < 600; ++i) {
            const auto next = co_await client.next();
            if (next != expected) throw std::runtime_error{"message " + std::to_string(i) + " is " + next.substr(0, 100)};
        }
        EXPECT_EQ(co_await client.next(), "close 1000");
        co_await client.send(client_close(1000));
        EXPECT_EQ(co_await client.next(), "end");
    }(*this));
    EXPECT_GT(most_unsent, 0U);
    EXPECT_LE(most_unsent, kMiB / 4 + 100'100) << "a quarter and the message that passed it";
}

TEST_F(WsSessionTest, ManySendersPassTheBoundAndAreClosedWith1008) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/crowd");
        co_await pause(20ms);  // they are all in by then, and nobody reads
        std::string last;
        for (std::string next; next != "end"; next = co_await client.next()) {
            if (next.starts_with("close")) co_await client.send(client_close(1008));
            if (!next.empty()) last = next;
        }
        EXPECT_EQ(last, "close 1008");
        co_await test.eventually([&] { return test.ended; });
    }(*this));
    EXPECT_EQ(closing.code, 1008);
}

TEST_F(WsSessionTest, APeerThatReadsNothingIsCut) {
    start(hasty());
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/flood");
        co_await test.eventually([&] { return test.ended && test.server->open_connections() == 0; });
    }(*this));
    EXPECT_FALSE(sent);
    EXPECT_EQ(closing.code, 1006);
    EXPECT_EQ(server->stats().timeouts, 1U);
}

TEST_F(WsSessionTest, SendersDoNotMixTheirMessages) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/choir");
        co_await client.send(client_text("listening too"));
        std::array<int, 5> next_of{};
        for (int i = 0; i < 500; ++i) {
            if (co_await client.next() == "end") break;
            const std::string& text = client.frame().payload;
            const auto voice = static_cast<std::size_t>(text[0] - '0');
            const std::string begin = std::to_string(voice) + ":" + std::to_string(next_of.at(voice)) + ":";
            EXPECT_TRUE(text.starts_with(begin)) << text.substr(0, 20) << " instead of " << begin;
            EXPECT_EQ(text.size(), begin.size() + voice * 9000 + static_cast<std::size_t>(next_of.at(voice)));
            ++next_of.at(voice);
        }
        EXPECT_EQ(next_of, (std::array<int, 5>{100, 100, 100, 100, 100}));
        EXPECT_EQ(co_await client.next(), "close 1000");
        co_await client.send(client_close(1000));
        EXPECT_EQ(co_await client.next(), "end");
    }(*this));
    EXPECT_EQ(heard, (std::vector<std::string>{"listening too"}));
}

TEST_F(WsSessionTest, APeerThatPingsAndDoesNotReadCostsLittle) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/listen");
        constexpr int kPings = 150'000;
        std::string pings;
        for (int i = 1; i <= kPings; ++i) {
            pings += client_frame(9, std::string(100, 'p') + std::to_string(i));
            if (i % 500 == 0) co_await client.send(std::exchange(pings, {}));
        }
        int pongs = 0;
        const std::string last = std::string(100, 'p') + std::to_string(kPings);
        while (client.frame().payload != last) {
            if (co_await client.next() == "end") break;
            ++pongs;
        }
        EXPECT_EQ(client.frame().opcode, 10U) << "the newest ping is always answered";
        EXPECT_LE(pongs, kPings);
        co_await client.send(client_close(1000));
        EXPECT_EQ(co_await client.next(), "close 1000");
    }(*this));
}

TEST_F(WsSessionTest, AHeartbeatFindsWhoIsThere) {
    start(hasty());
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/heart");
        for (int beat = 0; beat < 3; ++beat) {
            EXPECT_EQ(co_await client.next(), "ping(0)");
            co_await client.send(client_frame(10, ""));
        }
        EXPECT_FALSE(test.ended);
        EXPECT_EQ(co_await client.next(), "ping(0)");
        co_await client.send(client_text("any word is a sign of life"));
        EXPECT_EQ(co_await client.next(), "ping(0)");
        EXPECT_EQ(co_await client.next(), "close 4408");
        co_await client.send(client_close(4408));
        EXPECT_EQ(co_await client.next(), "end");
    }(*this));
    EXPECT_EQ(closing.code, 4408);
    EXPECT_EQ(heard.size(), 1U);
}

TEST_F(WsSessionTest, GivingUpAWaitLosesNothing) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/impatient");
        EXPECT_EQ(co_await client.next(), "text(5) ready");
        co_await client.send(client_text("now") + client_close(1000));
        EXPECT_EQ(co_await client.next(), "close 1000");
    }(*this));
    EXPECT_EQ(timeouts, 3);
    EXPECT_EQ(heard, (std::vector<std::string>{"now"}));
}

TEST_F(WsSessionTest, ADrainIsToldOnceOrClosesWith1012) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient told{test.context}, closed{test.context};
        co_await told.open(test.port, "/drained");
        EXPECT_EQ(co_await told.next(), "text(2) hi");
        co_await closed.open(test.port, "/listen");
        asio::co_spawn(test.context, test.server->drain(Clock::now() + 20s), [](std::exception_ptr) {});
        EXPECT_EQ(co_await closed.next(), "close 1012");
        co_await closed.send(client_close(1012));
        EXPECT_EQ(co_await closed.next(), "end");
        EXPECT_EQ(co_await told.next(), "close 1001");
        co_await told.send(client_close(1001));
        EXPECT_EQ(co_await told.next(), "end");
        co_await test.eventually([&] { return test.server->open_connections() == 0; });
    }(*this));
    EXPECT_EQ(drains, 1);
}

TEST_F(WsSessionTest, TheEndOfADrainCutsWhoStays) {
    start();
    run([](WsSessionTest& test) -> asio::awaitable<void> {
        WsClient client{test.context};
        co_await client.open(test.port, "/listen");
        co_await test.server->drain(Clock::now());
        co_await test.eventually([&] { return test.ended && test.server->open_connections() == 0; });
    }(*this));
    EXPECT_EQ(closing.code, 1012);
}
}  // namespace
}  // namespace rondo::net
