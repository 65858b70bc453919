#pragma once
#include "base/async/within.hpp"
#include "platform/net/exchange.hpp"
#include "platform/net/http_client.hpp"
#include "platform/net/http_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace rondo::net {
using namespace std::chrono_literals;

/// How long a test waits for something that must happen; reached only when it fails.
inline CallContext in_time() { return CallContext{}.within(20s); }

/// A client that sends what it is told, byte for byte.
class RawClient {
public:
    explicit RawClient(asio::io_context& context) : socket_{context} {}

    asio::awaitable<void> connect(std::uint16_t port) {
        co_await socket_.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
    }
    asio::awaitable<void> send(std::string bytes) {
        boost::system::error_code ignored;  // a server may refuse and close before it has read everything
        co_await asio::async_write(socket_, asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, ignored));
    }
    /// Reads until `end` is there, or to the end of the connection when `end` is empty. Fails when it takes too long.
    asio::awaitable<std::string> read(std::string end = {}) {
        auto text = co_await within(in_time(), read_until(std::move(end)));
        if (!text) ADD_FAILURE() << "the server neither closed nor answered in time: " << text.error().message;
        co_return text ? *text : "";
    }
    [[nodiscard]] bool was_reset() const { return reset_; }  ///< closed in a way that may lose what was sent last
    void close() { socket_.close(); }
    asio::ip::tcp::socket& socket() { return socket_; }

private:
    asio::awaitable<Result<std::string>> read_until(std::string end) {
        std::string text;
        char space[4096];
        boost::system::error_code ec;
        while (end.empty() || text.find(end) == std::string::npos) {
            const auto bytes = co_await socket_.async_read_some(asio::buffer(space), asio::redirect_error(asio::use_awaitable, ec));
            if (ec == asio::error::connection_reset) reset_ = true;
            if (ec) break;
            text.append(space, bytes);
        }
        co_return text;
    }
    asio::ip::tcp::socket socket_;
    bool reset_{false};
};

/// A real server on a loopback port and its clients, all on the test's own thread.
class ServerTest : public testing::Test {
public:  // the coroutines of a test see what the test sees
    void start(HttpServer::Config config = {}) {
        config.port = 0;
        server = std::make_unique<HttpServer>(config, std::move(routes), std::vector{&context},
                                              [this](std::string_view what) { errors.emplace_back(what); });
        const auto bound = server->listen();
        ASSERT_TRUE(bound) << bound.error().message;
        port = *bound;
    }
    void route(Method method, std::string pattern, Handler handler, std::size_t max_body = 1U << 20U) {
        routes.add({.method = method, .pattern = std::move(pattern), .handler = std::move(handler), .max_body = max_body});
    }
    /// Runs everything until `test` is done.
    void run(asio::awaitable<void> test) {
        bool done = false;
        asio::co_spawn(context, std::move(test), [&](std::exception_ptr thrown) {
            done = true;
            if (thrown) std::rethrow_exception(thrown);
        });
        context.restart();
        while (!done) ASSERT_GT(context.run_one(), 0U) << "nothing left that could end the test";
    }
    /// Sends `bytes` over a new connection and returns all that comes until the server closes.
    std::string converse(std::string bytes) {
        std::string answer;
        run([](ServerTest& test, std::string& answer, std::string bytes) -> asio::awaitable<void> {
            RawClient client{test.context};
            co_await client.connect(test.port);
            co_await client.send(std::move(bytes));
            answer = co_await client.read();
            EXPECT_FALSE(client.was_reset()) << "closed before everything was read";
        }(*this, answer, std::move(bytes)));
        return answer;
    }
    /// Waits until `condition` holds, giving way to everything else in between.
    template <class Condition>
    asio::awaitable<void> eventually(Condition condition) {
        const auto ctx = in_time();
        while (!condition() && ctx.left() > 0s) co_await pause(1ms);
        EXPECT_TRUE(condition());
    }

    asio::io_context context;
    RouteTable routes;
    std::unique_ptr<HttpServer> server;
    std::uint16_t port{0};
    std::vector<std::string> errors;
};

inline std::string status_of(const std::string& answer) { return answer.substr(0, answer.find("\r\n")); }
inline std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
    return found;
}
}  // namespace rondo::net
