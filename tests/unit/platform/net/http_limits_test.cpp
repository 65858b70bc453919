// Time limits, the connection limit and draining. Waits are for events; limits are small so that they come soon.
#include "server_fixture.hpp"

#include "base/async/signal.hpp"

namespace rondo::net {
namespace {
const std::string kGet = "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n";

class HttpLimitsTest : public ServerTest {
public:
    HttpLimitsTest() {
        route(Method::get, "/ok", [](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.respond({.body = "{}"}); });
        route(Method::post, "/ok", [](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.respond({.body = "{}"}); });
        route(Method::get, "/wait", [this](Exchange& exchange) -> asio::awaitable<void> {
            ++waiting;
            outcome = co_await release.wait();
            if (!outcome) co_return;
            co_await exchange.respond({.body = "{}"});
        });
        route(Method::get, "/stubborn", [this](Exchange&) -> asio::awaitable<void> {
            ++waiting;
            co_await release.wait();
            outcome = co_await release.wait();
        });
        route(Method::get, "/huge", [this](Exchange& exchange) -> asio::awaitable<void> {
            Response response;
            response.shared_body = std::make_shared<const std::string>(64U << 20U, 'x');
            outcome = co_await exchange.respond(std::move(response));
            ++waiting;
        });
    }
    Signal release{context.get_executor()};
    int waiting{0};
    Status outcome;
};

struct Slow {
    const char* claim;
    std::string bytes;
    std::string status;
};

class SlowPeers : public HttpLimitsTest, public testing::WithParamInterface<Slow> {};
TEST_P(SlowPeers, AreSentAway) {
    start({.header_timeout = 40ms, .body_timeout = 40ms, .idle_timeout = 40ms});
    EXPECT_EQ(status_of(converse(GetParam().bytes)), GetParam().status) << GetParam().claim;
    EXPECT_EQ(server->stats().timeouts, 1U) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Net, SlowPeers, testing::Values(
    Slow{"a head that stops",                 "GET /ok HTTP/1.1\r\nHo",                                     "HTTP/1.1 408 Request Timeout"},
    Slow{"one byte",                          "G",                                                          "HTTP/1.1 408 Request Timeout"},
    Slow{"a body that stops",                 "POST /ok HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab", "HTTP/1.1 408 Request Timeout"},
    Slow{"chunks that stop",                  "POST /ok HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "HTTP/1.1 408 Request Timeout"},
    Slow{"silence from the start is closed",  "",                                                           ""},
    Slow{"silence after an answer is closed", kGet,                                                         "HTTP/1.1 200 OK"}));

TEST_F(HttpLimitsTest, AHeadThatTricklesHasOneLimitAsAWhole) {
    start({.header_timeout = 60ms});
    run([](HttpLimitsTest& test) -> asio::awaitable<void> {
        RawClient client{test.context};
        co_await client.connect(test.port);
        co_await client.send("GET /ok HTTP/1.1\r\nX: ");
        while (test.server->stats().timeouts == 0) {
            co_await client.send("x");
            co_await pause(2ms);
        }
        const auto answer = co_await client.read();
        EXPECT_EQ(status_of(answer), "HTTP/1.1 408 Request Timeout");
    }(*this));
}

TEST_F(HttpLimitsTest, APeerThatStopsReadingIsClosed) {
    start({.write_timeout = 50ms});
    run([](HttpLimitsTest& test) -> asio::awaitable<void> {
        RawClient client{test.context};
        co_await client.connect(test.port);
        co_await client.send("GET /huge HTTP/1.1\r\nHost: h\r\n\r\n");
        co_await test.eventually([&] { return test.waiting == 1; });
        EXPECT_FALSE(test.outcome);
        EXPECT_EQ(test.server->stats().timeouts, 1U);
        co_await test.eventually([&] { return test.server->open_connections() == 0; });
    }(*this));
}

TEST_F(HttpLimitsTest, AConnectionTooManyIsToldToComeBack) {
    start({.max_connections = 1});
    run([](HttpLimitsTest& test) -> asio::awaitable<void> {
        RawClient first{test.context};
        co_await first.connect(test.port);
        co_await first.send(kGet);
        co_await first.read("{}");
        RawClient second{test.context};
        co_await second.connect(test.port);
        co_await second.send(kGet);
        const auto refused = co_await second.read();
        EXPECT_EQ(status_of(refused), "HTTP/1.1 503 Service Unavailable");
        EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos);
        co_await first.send(kGet);
        co_await first.read("{}");
        EXPECT_EQ(test.server->stats().refused, 1U);
        second.close();
        first.close();
        co_await test.eventually([&] { return test.server->open_connections() == 0; });
        RawClient third{test.context};
        co_await third.connect(test.port);
        co_await third.send(kGet);
        const auto served = co_await third.read("{}");
        EXPECT_EQ(status_of(served), "HTTP/1.1 200 OK") << "room is made when a connection ends";
    }(*this));
}

TEST_F(HttpLimitsTest, AnAddressHasItsShareAndOthersHaveTheirs) {
    start({.max_connections_per_address = 2});
    run([](HttpLimitsTest& test) -> asio::awaitable<void> {
        const auto from = [&test](const char* address) {
            auto client = std::make_unique<RawClient>(test.context);
            client->socket().open(asio::ip::tcp::v4());
            client->socket().bind({asio::ip::make_address(address), 0});
            return client;
        };
        const std::string last = "GET /ok HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        std::vector<std::unique_ptr<RawClient>> first;
        for (int i = 0; i < 2; ++i) {
            first.push_back(from("127.0.0.1"));
            co_await first.back()->connect(test.port);
            co_await first.back()->send(kGet);
            co_await first.back()->read("{}");
        }
        const auto third = from("127.0.0.1");
        co_await third->connect(test.port);
        co_await third->send(kGet);
        const auto refused = co_await third->read();
        EXPECT_EQ(status_of(refused), "HTTP/1.1 503 Service Unavailable");
        EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos);
        EXPECT_NE(refused.find("this address"), std::string::npos) << "and says why";
        const auto other = from("127.0.0.2");
        co_await other->connect(test.port);
        co_await other->send(last);
        EXPECT_EQ(status_of(co_await other->read()), "HTTP/1.1 200 OK");
        third->close();
        first.front()->close();
        co_await test.eventually([&] { return test.server->open_connections() == 1; });
        const auto again = from("127.0.0.1");
        co_await again->connect(test.port);
        co_await again->send(last);
        EXPECT_EQ(status_of(co_await again->read()), "HTTP/1.1 200 OK") << "room is made when a connection ends";
        EXPECT_EQ(test.server->stats().refused, 1U);
    }(*this));
}

TEST_F(HttpLimitsTest, FarBeyondTheLimitConnectionsAreJustClosed) {
    start({.max_connections = 1});
    run([](HttpLimitsTest& test) -> asio::awaitable<void> {
        std::vector<std::unique_ptr<RawClient>> silent;
        for (int i = 0; i < 65; ++i) {
            silent.push_back(std::make_unique<RawClient>(test.context));
            co_await silent.back()->connect(test.port);
        }
        RawClient last{test.context};
        co_await last.connect(test.port);
        EXPECT_EQ(co_await last.read(), "");
        EXPECT_EQ(test.server->open_connections(), 65U);
    }(*this));
}

TEST_F(HttpLimitsTest, DrainingClosesIdleConnectionsAndFinishesBusyOnes) {
    start();
    run([](HttpLimitsTest& test) -> asio::awaitable<void> {
        RawClient idle{test.context};
        co_await idle.connect(test.port);
        co_await idle.send(kGet);
        co_await idle.read("{}");
        RawClient busy{test.context};
        co_await busy.connect(test.port);
        co_await busy.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n" + kGet);
        co_await test.eventually([&] { return test.waiting == 1; });

        bool drained = false;
        asio::co_spawn(test.context, test.server->drain(Clock::now() + 20s), [&](std::exception_ptr) { drained = true; });
        EXPECT_EQ(co_await idle.read(), "");
        RawClient late{test.context};
        boost::system::error_code ec;
        co_await late.socket().async_connect({asio::ip::address_v4::loopback(), test.port}, asio::redirect_error(asio::use_awaitable, ec));
        EXPECT_EQ(ec, asio::error::connection_refused);
        EXPECT_FALSE(drained);

        test.release.notify();
        const auto answer = co_await busy.read();
        EXPECT_EQ(status_of(answer), "HTTP/1.1 200 OK");
        EXPECT_EQ(count(answer, "HTTP/1.1 "), 1U) << "nothing new is begun";
        EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
        busy.close();
        co_await test.eventually([&] { return drained; });
        EXPECT_EQ(test.server->open_connections(), 0U);
    }(*this));
}

TEST_F(HttpLimitsTest, TheDrainDeadlineCancelsHandlersUntilTheyHeedIt) {
    start();
    run([](HttpLimitsTest& test) -> asio::awaitable<void> {
        RawClient busy{test.context};
        co_await busy.connect(test.port);
        co_await busy.send("GET /stubborn HTTP/1.1\r\nHost: h\r\n\r\n");
        co_await test.eventually([&] { return test.waiting == 1; });
        co_await test.server->drain(Clock::now() + 30ms);
        EXPECT_EQ(test.server->open_connections(), 0U);
        EXPECT_FALSE(test.outcome);
        if (!test.outcome) EXPECT_EQ(test.outcome.error().code, Code::cancelled);
        EXPECT_EQ(co_await busy.read(), "");
        EXPECT_TRUE(test.errors.empty()) << "cancelled is not a failure";
    }(*this));
}
}  // namespace
}  // namespace rondo::net
