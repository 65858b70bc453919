#include "server_fixture.hpp"

#include "base/async/signal.hpp"

namespace rondo::net {
namespace {
class HttpClientTest : public ServerTest {
public:
    HttpClientTest() {
        route(Method::post, "/echo", [](Exchange& exchange) -> asio::awaitable<void> {
            const Request& request = exchange.request();
            co_await exchange.respond(
                {.status = 201, .headers = {{"X-Type", std::string{request.header("content-type")}}}, .body = request.body});
        });
        route(Method::get, "/wait", [this](Exchange&) -> asio::awaitable<void> { co_await never.wait(); });
        route(Method::get, "/page",
              [](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.respond({.body = std::string(1000, 'x')}); });
        start();
    }
    Signal never{context.get_executor()};
};

TEST_F(HttpClientTest, KeepsItsConnection) {
    run([](HttpClientTest& test) -> asio::awaitable<void> {
        HttpClient client{test.context.get_executor(), "127.0.0.1", test.port};
        for (const auto* body : {"one", "two", ""}) {
            const auto answer = co_await client.send({.method = Method::post, .target = "/echo", .body = body}, in_time());
            EXPECT_TRUE(answer && answer->status == 201 && answer->body == body);
            EXPECT_EQ(answer->header("x-type"), "application/json");
        }
        const auto head = co_await client.send({.method = Method::head, .target = "/page"}, in_time());
        EXPECT_TRUE(head && head->status == 200 && head->body.empty());
        EXPECT_EQ(head->header("content-length"), "1000");
        const auto page = co_await client.send({.target = "/page"}, in_time());
        EXPECT_TRUE(page && page->body.size() == 1000);
        EXPECT_EQ(test.server->stats().accepted, 1U);
    }(*this));
}

TEST_F(HttpClientTest, FindsNamesToo) {
    run([](HttpClientTest& test) -> asio::awaitable<void> {
        HttpClient client{test.context.get_executor(), "localhost", test.port};
        const auto page = co_await client.send({.target = "/page"}, in_time());
        EXPECT_TRUE(page && page->status == 200);
    }(*this));
}

TEST_F(HttpClientTest, OpensAnewWhatTheServerClosed) {
    run([](HttpClientTest& test) -> asio::awaitable<void> {
        HttpClient client{test.context.get_executor(), "127.0.0.1", test.port};
        const auto closing = co_await client.send({.target = "/page", .headers = {{"Connection", "close"}}}, in_time());
        EXPECT_TRUE(closing && closing->status == 200);
        const auto again = co_await client.send({.target = "/page"}, in_time());
        EXPECT_TRUE(again && again->status == 200);
        client.close();
        const auto third = co_await client.send({.target = "/page"}, in_time());
        EXPECT_TRUE(third && third->status == 200);
        EXPECT_EQ(test.server->stats().accepted, 3U);
    }(*this));
}

TEST_F(HttpClientTest, ADeadlineEndsTheWaitAndTheConnection) {
    run([](HttpClientTest& test) -> asio::awaitable<void> {
        HttpClient client{test.context.get_executor(), "127.0.0.1", test.port};
        const auto late = co_await client.send({.target = "/wait"}, CallContext{}.within(30ms));
        EXPECT_FALSE(late);
        if (!late) EXPECT_EQ(late.error().code, Code::deadline_exceeded);
        const auto next = co_await client.send({.target = "/page"}, in_time());
        EXPECT_TRUE(next && next->body.size() == 1000) << "the late answer must not be taken for the next";
    }(*this));
}

TEST_F(HttpClientTest, AnErrorInsteadOfAStreamIsReadWhole) {
    run([](HttpClientTest& test) -> asio::awaitable<void> {
        HttpClient client{test.context.get_executor(), "127.0.0.1", test.port};
        auto reader = co_await client.stream({.target = "/nowhere"}, in_time());
        EXPECT_TRUE(reader);
        if (!reader) co_return;
        EXPECT_EQ(reader->response().status, 404);
        EXPECT_NE(reader->response().body.find("urn:rondo:error:not_found"), std::string::npos);
        const auto event = co_await reader->next(in_time());
        EXPECT_TRUE(event && !*event);
    }(*this));
}

TEST_F(HttpClientTest, NobodyListeningIsUnavailable) {
    run([](HttpClientTest& test) -> asio::awaitable<void> {
        asio::ip::tcp::acceptor bound{test.context, {asio::ip::address_v4::loopback(), 0}, false};
        const auto free_port = bound.local_endpoint().port();
        bound.close();
        HttpClient client{test.context.get_executor(), "127.0.0.1", free_port};
        const auto answer = co_await client.send({}, in_time());
        EXPECT_FALSE(answer);
        if (!answer) EXPECT_EQ(answer.error().code, Code::unavailable);
    }(*this));
}
}  // namespace
}  // namespace rondo::net
