#include "server_fixture.hpp"

#include "base/async/signal.hpp"

#include <stdexcept>

namespace rondo::net {
namespace {
class HttpStreamTest : public ServerTest {
public:
    HttpStreamTest() {
        route(Method::get, "/three", [](Exchange& exchange) -> asio::awaitable<void> {
            auto events = co_await exchange.stream({.headers = {{"X-Turn", "7"}}});
            if (!events) co_return;
            co_await (*events)->send("1.1", "delta", "你好\nworld");
            co_await (*events)->comment("still here");
            co_await (*events)->send_raw("");
            co_await (*events)->send_raw(sse_frame("1.2", "delta", "!") + sse_frame("1.3", "completed", "{}"));
            co_await (*events)->finish();
            const auto late = co_await (*events)->send("", "", "late");
            if (late) throw std::logic_error{"a finished stream took an event"};
        });
        route(Method::get, "/forever", [this](Exchange& exchange) -> asio::awaitable<void> {
            auto events = co_await exchange.stream({});
            co_await (*events)->send("", "first", "");
            begun = true;
            waited = co_await never.wait();
            gone = exchange.peer_gone();
            sent = co_await (*events)->send("", "", "x");
            ended = true;
        });
        route(Method::get, "/flood", [this](Exchange& exchange) -> asio::awaitable<void> {
            auto events = co_await exchange.stream({});
            const std::string frame = sse_frame("", "", std::string(10'000, 'x'));
            for (sent = Status{}; sent; ++frames) sent = co_await (*events)->send_raw(frame);
            ended = true;
        });
        route(Method::get, "/broken", [](Exchange& exchange) -> asio::awaitable<void> {
            auto events = co_await exchange.stream({});
            co_await (*events)->send("", "", "half");
            throw std::runtime_error{"boom"};
        });
        route(Method::get, "/look", [this](Exchange& exchange) -> asio::awaitable<void> {
            begun = true;
            co_await eventually([&] { return exchange.peer_gone(); });
            sent = co_await exchange.respond({});
            ended = true;
        });
    }
    static asio::awaitable<std::string> read_all(SseReader& reader) {
        std::string text;
        for (;;) {
            const auto event = co_await reader.next(in_time());
            if (!event) co_return text + "<" + event.error().message + ">";
            if (!*event) co_return text;
            text += "[" + (*event)->id + "|" + (*event)->event + "|" + (*event)->data + "]";
        }
    }

    Signal never{context.get_executor()};
    bool begun{false}, gone{false}, ended{false};
    int frames{0};
    Status waited, sent;
};

TEST_F(HttpStreamTest, EventsArriveAndTheConnectionGoesOn) {
    start();
    run([](HttpStreamTest& test) -> asio::awaitable<void> {
        HttpClient client{test.context.get_executor(), "127.0.0.1", test.port};
        for (int round = 0; round < 3; ++round) {
            auto reader = co_await client.stream({.target = "/three"}, in_time());
            if (!reader) throw std::runtime_error{reader.error().message};
            EXPECT_EQ(reader->response().status, 200);
            EXPECT_EQ(reader->response().header("content-type"), "text/event-stream");
            EXPECT_EQ(reader->response().header("cache-control"), "no-store");
            EXPECT_EQ(reader->response().header("x-accel-buffering"), "no");
            EXPECT_EQ(reader->response().header("x-turn"), "7");
            EXPECT_EQ(co_await read_all(*reader), "[1.1|delta|你好\nworld][1.2|delta|!][1.3|completed|{}]");
            EXPECT_EQ(reader->last_event_id(), "1.3");
            const auto after = co_await reader->next(in_time());
            EXPECT_TRUE(after && !*after) << "the end stays the end";
        }
        EXPECT_EQ(test.server->stats().accepted, 1U);
    }(*this));
    EXPECT_TRUE(errors.empty());
}

TEST_F(HttpStreamTest, ARequestSentAheadIsAnsweredAfterTheStream) {
    start();
    const auto answer = converse("GET /three HTTP/1.1\r\nHost: h\r\n\r\nGET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(count(answer, "HTTP/1.1 "), 2U);
    EXPECT_LT(answer.find("\r\n0\r\n\r\nHTTP/1.1 404"), answer.size());
}

TEST_F(HttpStreamTest, OldClientsReadUntilTheEnd) {
    start();
    const auto answer = converse("GET /three HTTP/1.0\r\n\r\n");
    EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("id: 1.3\nevent: completed\ndata: {}\n\n")) << answer;
}

TEST_F(HttpStreamTest, HeadHasNoEvents) {
    start();
    const auto answer = converse("HEAD /three HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.ends_with("Connection: close\r\n\r\n")) << answer;
    EXPECT_NE(answer.find("text/event-stream"), std::string::npos);
}

TEST_F(HttpStreamTest, ThePeersDepartureCancelsTheHandler) {
    start();
    run([](HttpStreamTest& test) -> asio::awaitable<void> {
        RawClient client{test.context};
        co_await client.connect(test.port);
        co_await client.send("GET /forever HTTP/1.1\r\nHost: h\r\n\r\n");
        co_await client.read("event: first");
        EXPECT_TRUE(test.begun);
        EXPECT_FALSE(test.ended);
        client.close();
        co_await test.eventually([&] { return test.ended && test.server->open_connections() == 0; });
        EXPECT_TRUE(test.gone);
        EXPECT_FALSE(test.waited);
        if (!test.waited) EXPECT_EQ(test.waited.error().code, Code::cancelled);
        EXPECT_FALSE(test.sent);
        if (!test.sent) EXPECT_EQ(test.sent.error().code, Code::cancelled);
    }(*this));
    EXPECT_TRUE(errors.empty()) << errors[0];
    EXPECT_EQ(server->stats().failures, 0U);
}

TEST_F(HttpStreamTest, ASlowReaderSlowsTheHandlerAndIsClosedInTheEnd) {
    start({.write_timeout = 100ms});
    run([](HttpStreamTest& test) -> asio::awaitable<void> {
        RawClient client{test.context};
        co_await client.connect(test.port);
        co_await client.send("GET /flood HTTP/1.1\r\nHost: h\r\n\r\n");
        co_await test.eventually([&] { return test.ended && test.server->open_connections() == 0; });
        EXPECT_LT(test.frames, 2'000) << "more than the kernel's buffers hold was taken for sent";
        EXPECT_FALSE(test.sent);
        if (!test.sent) EXPECT_EQ(test.sent.error().code, Code::cancelled);
    }(*this));
}

TEST_F(HttpStreamTest, AStreamUnderWayLeavesOthersAlone) {
    start();
    run([](HttpStreamTest& test) -> asio::awaitable<void> {
        RawClient reader{test.context};
        co_await reader.connect(test.port);
        co_await reader.send("GET /flood HTTP/1.1\r\nHost: h\r\n\r\n");
        co_await reader.read("xxx");
        RawClient other{test.context};
        co_await other.connect(test.port);
        co_await other.send("GET /none HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        const auto answer = co_await other.read();
        EXPECT_EQ(status_of(answer), "HTTP/1.1 404 Not Found");
        reader.close();
        co_await test.eventually([&] { return test.ended; });
    }(*this));
}

TEST_F(HttpStreamTest, AStreamThatBreaksLooksCutShort) {
    start();
    run([](HttpStreamTest& test) -> asio::awaitable<void> {
        HttpClient client{test.context.get_executor(), "127.0.0.1", test.port};
        auto reader = co_await client.stream({.target = "/broken"}, in_time());
        if (!reader) throw std::runtime_error{reader.error().message};
        const auto text = co_await read_all(*reader);
        EXPECT_EQ(text, "[|message|half]<the peer closed before its answer was complete>");
    }(*this));
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0], "a handler threw (/broken) boom");
}

TEST_F(HttpStreamTest, APlainHandlerCanLookWhetherItsPeerIsThere) {
    start();
    run([](HttpStreamTest& test) -> asio::awaitable<void> {
        RawClient client{test.context};
        co_await client.connect(test.port);
        co_await client.send("GET /look HTTP/1.1\r\nHost: h\r\n\r\n");
        co_await test.eventually([&] { return test.begun; });
        EXPECT_FALSE(test.ended);
        client.close();
        co_await test.eventually([&] { return test.ended; });
        EXPECT_FALSE(test.sent);
    }(*this));
}

TEST_F(HttpStreamTest, StreamsGetUntilTheDrainDeadline) {
    start();
    run([](HttpStreamTest& test) -> asio::awaitable<void> {
        RawClient client{test.context};
        co_await client.connect(test.port);
        co_await client.send("GET /forever HTTP/1.1\r\nHost: h\r\n\r\n");
        co_await client.read("event: first");
        co_await test.server->drain(Clock::now() + 50ms);
        EXPECT_TRUE(test.ended);
        EXPECT_FALSE(test.waited);
        EXPECT_EQ(test.server->open_connections(), 0U);
    }(*this));
}
}  // namespace
}  // namespace rondo::net
