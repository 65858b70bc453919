// One server's connections go on with another: what travels, when, and with which bytes.
#include "base/async/signal.hpp"
#include "server_fixture.hpp"

namespace rondo::net {
namespace {
class HttpHandoverTest : public ServerTest {
public:
    /// `/name` tells which server answers, `/wait` does so once `release` says so.
    RouteTable table(std::string name) {
        RouteTable table;
        table.add({.method = Method::get, .pattern = "/name", .handler = [name](Exchange& exchange) -> asio::awaitable<void> {
                       co_await exchange.respond({.body = name});
                   }});
        table.add({.method = Method::get, .pattern = "/wait", .handler = [this, name](Exchange& exchange) -> asio::awaitable<void> {
                       ++waiting;
                       co_await release.wait();
                       co_await exchange.respond({.body = name});
                   }});
        return table;
    }
    void start_two() {
        routes = table("first");
        start();
        second = std::make_unique<HttpServer>(HttpServer::Config{}, table("second"), std::vector{&context},
                                              [this](std::string_view what) { errors.emplace_back(what); });
        inheritance.listener = server->listener();
        ASSERT_TRUE(inheritance.listener);
    }
    void hand_over() {
        server->begin_hand_over([this](Travelling connection) { inheritance.connections.push_back(std::move(connection)); });
    }
    /// The second server begins, with what has travelled.
    void follow() {
        const auto bound = second->listen(std::move(inheritance));
        ASSERT_TRUE(bound) << bound.error().message;
        EXPECT_EQ(*bound, port);
    }

    std::unique_ptr<HttpServer> second;
    Inheritance inheritance;
    Signal release{context.get_executor()};
    int waiting{0};
};

std::string get(const char* path) { return std::string{"GET "} + path + " HTTP/1.1\r\nHost: h\r\n\r\n"; }

TEST_F(HttpHandoverTest, WhoIsIdleTravelsAtOnceAndWhoIsBusyAfterTheAnswer) {
    start_two();
    run([](HttpHandoverTest& test) -> asio::awaitable<void> {
        RawClient idle{test.context}, fresh{test.context}, half{test.context}, busy{test.context}, late{test.context};
        co_await idle.connect(test.port);
        co_await idle.send(get("/name"));
        EXPECT_TRUE((co_await idle.read("first")).ends_with("first"));
        co_await fresh.connect(test.port);
        co_await half.connect(test.port);
        co_await half.send("GET /name HT");
        co_await busy.connect(test.port);
        co_await busy.send(get("/wait") + get("/name"));  // two requests at once
        co_await test.eventually([&] { return test.waiting == 1 && test.server->open_connections() == 4; });

        test.hand_over();
        co_await test.eventually([&] { return test.inheritance.connections.size() == 3; });
        EXPECT_FALSE(test.server->listener()) << "it accepts no more";
        co_await late.connect(test.port);  // into the queue of the socket
        co_await late.send(get("/name"));
        test.release.notify();
        const auto answer = co_await busy.read("first");
        EXPECT_EQ(answer.find("Connection: close"), std::string::npos) << "the connection goes on";
        co_await test.server->drain(Clock::now() + 20s);
        EXPECT_EQ(test.inheritance.connections.size(), 4U);

        test.follow();
        EXPECT_TRUE((co_await busy.read("second")).ends_with("second")) << "what was sent ahead is answered";
        EXPECT_TRUE((co_await late.read("second")).ends_with("second"));
        co_await half.send("TP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_TRUE((co_await half.read("second")).ends_with("second"));
        for (RawClient* client : {&idle, &fresh}) {
            co_await client->send(get("/name"));
            EXPECT_TRUE((co_await client->read("second")).ends_with("second"));
        }
        EXPECT_EQ(test.second->open_connections(), 5U);
        for (RawClient* client : {&idle, &fresh, &half, &busy, &late}) client->close();
        co_await test.second->drain(Clock::now() + 20s);
    }(*this));
    EXPECT_TRUE(errors.empty()) << errors.front();
}

TEST_F(HttpHandoverTest, WhatIsStillBusyAtTheDeadlineIsCut) {
    start_two();
    run([](HttpHandoverTest& test) -> asio::awaitable<void> {
        RawClient busy{test.context};
        co_await busy.connect(test.port);
        co_await busy.send(get("/wait"));
        co_await test.eventually([&] { return test.waiting == 1; });
        test.hand_over();
        co_await test.server->drain(Clock::now() + 30ms);
        EXPECT_EQ(co_await busy.read(), "");
        EXPECT_TRUE(test.inheritance.connections.empty());
    }(*this));
}

TEST_F(HttpHandoverTest, ADrainThatHasBegunStillAccepts) {
    start_two();
    run([](HttpHandoverTest& test) -> asio::awaitable<void> {
        RawClient kept{test.context}, fresh{test.context};
        co_await kept.connect(test.port);
        co_await kept.send(get("/name"));
        co_await kept.read("first");
        test.server->begin_drain();
        co_await fresh.connect(test.port);
        for (RawClient* client : {&kept, &fresh}) {
            co_await client->send(get("/name"));
            const auto answer = co_await client->read();
            EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
            EXPECT_TRUE(answer.ends_with("first"));
            client->close();
        }
        co_await test.server->drain(Clock::now() + 20s);
    }(*this));
}

TEST_F(HttpHandoverTest, WhatIsNoListeningSocketIsRefused) {
    start_two();
    Inheritance wrong{.listener = Descriptor{::dup(STDERR_FILENO)}};
    const auto bound = second->listen(std::move(wrong));
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().code, Code::invalid_argument);
}
}  // namespace
}  // namespace rondo::net
