#include "server_fixture.hpp"

#include <stdexcept>

namespace rondo::net {
namespace {
asio::awaitable<void> echo(Exchange& exchange) {
    Response response{.content_type = "text/plain"};
    response.body =
        exchange.request().body + "|" + std::string{exchange.param("id")} + "|" + exchange.request().query_value("q").value_or("-");
    co_await exchange.respond(std::move(response));
}

class HttpServerTest : public ServerTest {
public:
    HttpServerTest() {
        route(Method::get, "/echo/{id}", echo);
        route(Method::post, "/echo", echo, 100);
        route(Method::get, "/throw", [](Exchange&) -> asio::awaitable<void> {
            throw std::runtime_error{"boom"};
            co_return;
        });
        route(Method::get, "/silent", [](Exchange&) -> asio::awaitable<void> { co_return; });
        route(Method::get, "/twice", [this](Exchange& exchange) -> asio::awaitable<void> {
            co_await exchange.respond({.body = "once"});
            second = co_await exchange.respond({.body = "again"});
            const auto events = co_await exchange.stream({});
            EXPECT_FALSE(events);
        });
        route(Method::get, "/large", [](Exchange& exchange) -> asio::awaitable<void> {
            Response response;
            response.shared_body = std::make_shared<const std::string>(3'000'000, 'x');
            co_await exchange.respond(std::move(response));
        });
    }
    Status second;
};

const std::string kHost = "Host: h\r\n";
const std::string kClose = "Host: h\r\nConnection: close\r\n";

struct Row {
    const char* claim;
    std::string bytes;
    std::string status;
    std::string has;
};

class RefusedOnTheWire : public HttpServerTest, public testing::WithParamInterface<Row> {};
TEST_P(RefusedOnTheWire, AnswersOnceAndCloses) {
    const Row& row = GetParam();
    start();
    // Behind each bad request lies a good one: whoever is unsure where it begins must not answer it.
    const auto answer = converse(row.bytes + "GET /echo/smuggled HTTP/1.1\r\n" + kClose + "\r\n");
    EXPECT_EQ(status_of(answer), "HTTP/1.1 " + row.status) << row.claim;
    EXPECT_EQ(count(answer, "HTTP/1.1 "), 1U) << row.claim << "\n" << answer;
    EXPECT_NE(answer.find("Content-Type: application/problem+json\r\n"), std::string::npos) << row.claim;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << row.claim;
    EXPECT_NE(answer.find(row.has), std::string::npos) << row.claim << "\n" << answer;
    EXPECT_EQ(server->stats().rejected, 1U);
    EXPECT_TRUE(errors.empty());
}
INSTANTIATE_TEST_SUITE_P(Net, RefusedOnTheWire, testing::Values(
    Row{"length and coding",    "POST /echo HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 Bad Request", "MALFORMED_REQUEST"},
    Row{"two lengths",          "POST /echo HTTP/1.1\r\n" + kHost + "Content-Length: 0\r\nContent-Length: 28\r\n\r\n", "400 Bad Request", "MALFORMED_REQUEST"},
    Row{"a folded header",      "GET /echo/1 HTTP/1.1\r\n" + kHost + "X: a\r\n b\r\n\r\n", "400 Bad Request", "MALFORMED_REQUEST"},
    Row{"a bare CR",            "GET /echo/1 HTTP/1.1\r\n" + kHost + "X: a\rb\r\n\r\n", "400 Bad Request", "MALFORMED_REQUEST"},
    Row{"a bad chunk",          "POST /echo HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400 Bad Request", "\"instance\":\"/echo\""},
    Row{"no host",              "GET /echo/1 HTTP/1.1\r\n\r\n", "400 Bad Request", "MALFORMED_REQUEST"},
    Row{"an escaped NUL",       "GET /echo/%00 HTTP/1.1\r\n" + kHost + "\r\n", "400 Bad Request", "MALFORMED_TARGET"},
    Row{"body too long",        "POST /echo HTTP/1.1\r\n" + kHost + "Content-Length: 101\r\n\r\n" + std::string(101, 'x'), "413 Content Too Large", "BODY_TOO_LARGE"},
    Row{"chunks too long",      "POST /echo HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') + "\r\n", "413 Content Too Large", "BODY_TOO_LARGE"},
    Row{"a huge body",          "POST /echo HTTP/1.1\r\n" + kHost + "Content-Length: 4000000\r\n\r\n" + std::string(4'000'000, 'x'), "413 Content Too Large", "BODY_TOO_LARGE"},
    Row{"headers too long",     "GET /echo/1 HTTP/1.1\r\n" + kHost + "X: " + std::string(70'000, 'x') + "\r\n\r\n", "431 Request Header Fields Too Large", "HEADERS_TOO_LARGE"},
    Row{"target too long",      "GET /" + std::string(8200, 'x') + " HTTP/1.1\r\n" + kHost + "\r\n", "414 URI Too Long", "TARGET_TOO_LONG"},
    Row{"an unknown method",    "BREW /echo/1 HTTP/1.1\r\n" + kHost + "\r\n", "501 Not Implemented", "UNKNOWN_METHOD"},
    Row{"another version",      "GET /echo/1 HTTP/2.0\r\n" + kHost + "\r\n", "505 HTTP Version Not Supported", "UNSUPPORTED_VERSION"},
    Row{"odd expectations",     "POST /echo HTTP/1.1\r\n" + kHost + "Expect: tea\r\nContent-Length: 0\r\n\r\n", "417 Expectation Failed", "EXPECTATION_FAILED"},
    Row{"an unread body",       "POST /nowhere HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc", "404 Not Found", "\"instance\":\"/nowhere\""}));

struct Kept {
    const char* claim;
    std::string bytes;
    std::string status;
    std::string has;
};

class KeptOnTheWire : public HttpServerTest, public testing::WithParamInterface<Kept> {};
TEST_P(KeptOnTheWire, AnswersAndGoesOn) {
    const Kept& row = GetParam();
    start();
    const auto answer = converse(row.bytes + "GET /echo/last HTTP/1.1\r\n" + kClose + "\r\n");
    EXPECT_EQ(status_of(answer), "HTTP/1.1 " + row.status) << row.claim;
    EXPECT_NE(answer.find(row.has), std::string::npos) << row.claim << "\n" << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n|last|-")) << row.claim << "\n" << answer;
}
INSTANTIATE_TEST_SUITE_P(Net, KeptOnTheWire, testing::Values(
    Kept{"an answer",                  "GET /echo/a%20b?q=c+d HTTP/1.1\r\n" + kHost + "\r\n", "200 OK", "\r\n\r\n|a b|c d"},
    Kept{"a body",                     "POST /echo HTTP/1.1\r\n" + kHost + "Content-Length: 3\r\n\r\nabc", "200 OK", "\r\n\r\nabc||-"},
    Kept{"a body in chunks",           "POST /echo HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "200 OK", "\r\n\r\nabc||-"},
    Kept{"HEAD has the length of GET", "HEAD /echo/a HTTP/1.1\r\n" + kHost + "\r\n", "200 OK", "Content-Length: 4\r\n\r\nHTTP/1.1 200"},
    Kept{"an unknown path",            "GET /nowhere HTTP/1.1\r\n" + kHost + "\r\n", "404 Not Found", "application/problem+json"},
    Kept{"a wrong method",             "PUT /echo HTTP/1.1\r\n" + kHost + "Content-Length: 0\r\n\r\n", "405 Method Not Allowed", "\r\nAllow: POST\r\n"},
    Kept{"a method without routes",    "PATCH /echo/1 HTTP/1.1\r\n" + kHost + "\r\n", "405 Method Not Allowed", "\r\nAllow: GET, HEAD\r\n"},
    Kept{"an answer larger than any socket buffer", "GET /large HTTP/1.1\r\n" + kHost + "\r\n", "200 OK", "Content-Length: 3000000\r\n"}));

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
    start();
    std::string bytes;
    std::string expected;
    for (int i = 0; i < 300; ++i) bytes += "GET /echo/n" + std::to_string(i) + " HTTP/1.1\r\n" + kHost + "\r\n";
    const auto answer = converse(bytes + "GET /echo/end HTTP/1.1\r\n" + kClose + "\r\n");
    std::size_t at = 0;
    for (int i = 0; i < 300; ++i) {
        at = answer.find("|n" + std::to_string(i) + "|-HTTP/1.1 200 OK", at);
        ASSERT_NE(at, std::string::npos) << i;
    }
    EXPECT_EQ(server->stats().requests, 301U);
    EXPECT_EQ(server->stats().accepted, 1U);
    EXPECT_EQ(server->stats().bytes_out, answer.size());
}

TEST_F(HttpServerTest, AnswersOldClientsAndCloses) {
    start();
    const auto answer = converse("GET /echo/old HTTP/1.0\r\n\r\n");
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n|old|-"));
}

TEST_F(HttpServerTest, AsksForABodyOnlyWhenItWillReadIt) {
    start();
    run([](HttpServerTest& test) -> asio::awaitable<void> {
        RawClient client{test.context};
        co_await client.connect(test.port);
        co_await client.send("POST /echo HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
        EXPECT_EQ(co_await client.read("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
        co_await client.send("abc");
        const auto answer = co_await client.read("abc||-");
        EXPECT_EQ(status_of(answer), "HTTP/1.1 200 OK");
        co_await client.send("POST /echo HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\nContent-Length: 300\r\n\r\n");
        const auto refused = co_await client.read();
        EXPECT_EQ(status_of(refused), "HTTP/1.1 413 Content Too Large");
    }(*this));
}

struct Fault {
    const char* claim;
    const char* path;
    const char* reported;
};

class HandlerFaults : public HttpServerTest, public testing::WithParamInterface<Fault> {};
TEST_P(HandlerFaults, BecomeA500) {
    start();
    const auto answer = converse(std::string{"GET "} + GetParam().path + " HTTP/1.1\r\n" + kHost + "\r\n");
    EXPECT_EQ(status_of(answer), "HTTP/1.1 500 Internal Server Error") << GetParam().claim;
    EXPECT_EQ(answer.find("boom"), std::string::npos) << "what was thrown is not for strangers";
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0], GetParam().reported);
    EXPECT_EQ(server->stats().failures, 1U);
}
INSTANTIATE_TEST_SUITE_P(Net, HandlerFaults, testing::Values(
    Fault{"an exception",  "/throw",  "a handler threw (/throw) boom"},
    Fault{"no answer",     "/silent", "a handler gave no answer (/silent) "}));

TEST_F(HttpServerTest, ARequestHasOneAnswer) {
    start();
    const auto answer = converse("GET /twice HTTP/1.1\r\n" + kClose + "\r\n");
    EXPECT_TRUE(answer.ends_with("\r\n\r\nonce")) << answer;
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::failed_precondition);
}

TEST_F(HttpServerTest, AnErrorAnswerDoesNotDependOnTheRequestBefore) {
    start();
    const auto answer = converse("HEAD /echo/a HTTP/1.1\r\n" + kHost + "\r\nBREW\n\n");
    EXPECT_TRUE(answer.ends_with("}")) << "the answer to the second request has a body:\n" << answer;
}

TEST_F(HttpServerTest, DealsConnectionsToItsThreadsInTurn) {
    asio::io_context other;
    std::vector<bool> on_other;
    RouteTable table;
    table.add({.method = Method::get, .pattern = "/", .handler = [&](Exchange& exchange) -> asio::awaitable<void> {
                   on_other.push_back(other.get_executor().running_in_this_thread());
                   co_await exchange.respond({});
               }});
    server = std::make_unique<HttpServer>(HttpServer::Config{.port = 0}, std::move(table), std::vector{&context, &other},
                                          [](std::string_view) {});
    port = server->listen().value();
    bool done = false;
    asio::co_spawn(
        context,
        [](HttpServerTest& test) -> asio::awaitable<void> {
            for (int i = 0; i < 4; ++i) {
                RawClient client{test.context};
                co_await client.connect(test.port);
                co_await client.send("GET / HTTP/1.1\r\n" + kClose + "\r\n");
                const auto answer = co_await client.read();
                EXPECT_EQ(status_of(answer), "HTTP/1.1 200 OK");
            }
            co_await test.server->drain(Clock::now() + 20s);
        }(*this),
        [&](std::exception_ptr) { done = true; });
    while (!done) {
        context.restart();
        context.run_one_for(1ms);
        other.restart();
        other.poll();
    }
    EXPECT_EQ(on_other, (std::vector{false, true, false, true}));
    EXPECT_EQ(server->stats().requests, 4U);
    EXPECT_EQ(server->open_connections(), 0U);
    server.reset();
}

struct Host {
    const char* claim;
    std::string host;
    std::optional<Code> refused;
};

class HostSetting : public testing::TestWithParam<Host> {};
TEST_P(HostSetting, IsALiteral) {
    asio::io_context context;
    HttpServer server{{.host = GetParam().host, .port = 0}, RouteTable{}, {&context}, [](std::string_view) {}};
    const auto bound = server.listen();
    EXPECT_EQ(bound ? std::nullopt : std::optional{bound.error().code}, GetParam().refused) << GetParam().claim;
    if (bound) EXPECT_GT(*bound, 0);
    EXPECT_TRUE(server.routes().routes().empty());
}
INSTANTIATE_TEST_SUITE_P(Net, HostSetting, testing::Values(
    Host{"IPv4",                      "127.0.0.1",   std::nullopt},
    Host{"every IPv4 address",        "0.0.0.0",     std::nullopt},
    Host{"a name would need a resolver", "localhost", Code::invalid_argument},
    Host{"nonsense",                  "1.2.3.4.5",   Code::invalid_argument},
    Host{"an address of others",      "192.0.2.1",   Code::unavailable}));

TEST(HostSettingV6, MayStandInBrackets) {
    asio::io_context context;
    HttpServer server{{.host = "[::1]", .port = 0}, RouteTable{}, {&context}, [](std::string_view) {}};
    const auto bound = server.listen();
    EXPECT_TRUE(bound || bound.error().code == Code::unavailable) << "a machine without IPv6 may say so, but the literal is valid";
}

struct Settings {
    std::vector<std::string> names;
    template <class Value>
    void field(std::string name, const Value&, Reload, const char*) {
        names.push_back(std::move(name));
    }
    template <class Value, class Bounds>
    void field(std::string name, const Value& value, Reload, const char*, Bounds bounds) {
        EXPECT_TRUE(value >= static_cast<Value>(bounds.low) && value <= static_cast<Value>(bounds.high)) << name;
        names.push_back(std::move(name));
    }
    template <class Unit, class Rep, class Period>
    void field(std::string name, const std::chrono::duration<std::int64_t, Unit>& value, Reload, const char*,
               DurationRange<Rep, Period> bounds) {
        EXPECT_TRUE(value >= bounds.low && value <= bounds.high) << name;
        names.push_back(std::move(name));
    }
    template <class Config>
    void section(const std::string& name, Config& config) {
        Settings inner;
        describe(inner, config);
        for (const auto& field : inner.names) names.push_back(name + "." + field);
    }
    void rule(bool holds, const char* name, const char*) { EXPECT_TRUE(holds) << name; }
};

TEST(HttpServerConfig, DescribesEveryFieldWithItsDefaultInBounds) {
    Settings settings;
    HttpServer::Config config;
    describe(settings, config);
    EXPECT_EQ(settings.names, (std::vector<std::string>{"host",
                                                        "port",
                                                        "threads",
                                                        "busy_poll_us",
                                                        "max_connections",
                                                        "max_connections_per_address",
                                                        "max_body_bytes",
                                                        "max_header_bytes",
                                                        "header_timeout_ms",
                                                        "body_timeout_ms",
                                                        "write_timeout_ms",
                                                        "idle_timeout_ms",
                                                        "peer_timeout_ms",
                                                        "unsent_bytes",
                                                        "allowed_origins",
                                                        "allowed_hosts",
                                                        "tls.certificate",
                                                        "tls.key",
                                                        "admission.enabled",
                                                        "admission.target_ms",
                                                        "admission.interval_ms",
                                                        "admission.min_in_flight",
                                                        "admission.refusals_per_second",
                                                        "drain_delay_ms",
                                                        "drain_timeout_ms"}));
}

TEST_F(HttpServerTest, RefusesAPortInUse) {
    start();
    HttpServer second{{.port = port}, RouteTable{}, {&context}, [](std::string_view) {}};
    const auto bound = second.listen();
    ASSERT_FALSE(bound);
    EXPECT_EQ(bound.error().code, Code::unavailable);
}
}  // namespace
}  // namespace rondo::net
