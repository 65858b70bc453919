#include "outbound_fixture.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace rondo::net {
namespace {
using asio::ip::tcp;
using namespace boost::asio::experimental::awaitable_operators;

/// Carries bytes one way until either side ends.
asio::awaitable<void> carry(tcp::socket& from, tcp::socket& into) {
    char space[4096];
    boost::system::error_code ec;
    while (!ec) {
        const auto bytes = co_await from.async_read_some(asio::buffer(space), asio::redirect_error(asio::use_awaitable, ec));
        if (!ec) co_await asio::async_write(into, asio::buffer(space, bytes), asio::redirect_error(asio::use_awaitable, ec));
    }
}

/// A CONNECT proxy that leads every name to one port of this machine.
class TinyProxy {
public:
    TinyProxy(asio::io_context& loop, std::uint16_t target) : acceptor_{loop, {asio::ip::address_v4::loopback(), 0}}, target_{target} {
        asio::co_spawn(loop, serve(), [](std::exception_ptr) {});
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] const std::string& head() const { return head_; }
    [[nodiscard]] int tunnels() const { return tunnels_; }

private:
    asio::awaitable<void> serve() {
        auto client = co_await acceptor_.async_accept(asio::use_awaitable);
        char byte;
        while (!head_.ends_with("\r\n\r\n")) {
            co_await asio::async_read(client, asio::buffer(&byte, 1), asio::use_awaitable);
            head_ += byte;
        }
        tcp::socket server{client.get_executor()};
        co_await server.async_connect({asio::ip::address_v4::loopback(), target_}, asio::use_awaitable);
        const std::string_view fine = "HTTP/1.1 200 Connection established\r\nContent-Length: 9\r\n\r\n";  // a length means nothing here
        co_await asio::async_write(client, asio::buffer(fine), asio::use_awaitable);
        ++tunnels_;
        co_await (carry(client, server) || carry(server, client));
    }
    tcp::acceptor acceptor_;
    std::uint16_t target_;
    std::string head_;
    int tunnels_{0};
};

Url proxy_at(std::uint16_t port, std::string user = {}, std::string password = {}) {
    return {.tls = false, .host = "127.0.0.1", .port = port, .path = {}, .user = std::move(user), .password = std::move(password)};
}

TEST_F(OutboundTest, HttpsGoesThroughATunnel) {
    const Identity identity = certificates().authority.issue({"DNS:provider.test"});
    ScriptedPeer peer{context, always(kFine), &identity};
    TinyProxy proxy{context, peer.port()};
    auto config = to(peer, true);
    config.endpoint.host = "provider.test";  // only the proxy can find it
    config.endpoint.port = 443;
    config.proxy = proxy_at(proxy.port(), "ada", "se:cret");
    {
        Outbound outbound{context, config};
        for (int i = 0; i < 3; ++i) EXPECT_EQ(fetched(outbound), "200 ok");
    }
    EXPECT_EQ(proxy.tunnels(), 1) << "a tunnel is kept like any connection";
    EXPECT_EQ(proxy.head(),
              "CONNECT provider.test:443 HTTP/1.1\r\nHost: provider.test:443\r\nProxy-Authorization: Basic YWRhOnNlOmNyZXQ=\r\n\r\n");
    run_until([&] { return peer.ended() == 1; });
}

TEST_F(OutboundTest, HttpNamesTheEndpointToTheProxy) {
    std::string head;
    ScriptedPeer proxy{context, [&](PeerConnection& connection) -> asio::awaitable<void> {
                           head = co_await connection.read_head();
                           co_await connection.send(kFine);
                       }};
    auto config = to(80);
    config.endpoint.host = "provider.test";
    config.proxy = proxy_at(proxy.port(), "ada", "secret");
    Outbound outbound{context, config};
    EXPECT_EQ(fetched(outbound, {.target = "/v1"}), "200 ok");
    EXPECT_TRUE(head.starts_with("GET http://provider.test/v1 HTTP/1.1\r\nHost: provider.test\r\n")) << head;
    EXPECT_NE(head.find("Proxy-Authorization: Basic YWRhOnNlY3JldA==\r\n"), std::string::npos);
}

struct Row {
    const char* claim;
    std::string reply;
    std::string said;
};
class ProxyAnswers : public OutboundTest, public testing::WithParamInterface<Row> {};
TEST_P(ProxyAnswers, ThatAreNoTunnel) {
    const Row& row = GetParam();
    ScriptedPeer proxy{context, [&](PeerConnection& connection) -> asio::awaitable<void> {
                           co_await connection.read_head();
                           co_await connection.send(row.reply);
                           connection.close();
                       }};
    auto config = to(443, true);
    config.endpoint.host = "provider.test";
    config.proxy = proxy_at(proxy.port());
    Outbound outbound{context, config};
    run([](Outbound& through, const Row& expected) -> asio::awaitable<void> {
        const auto stream = co_await through.open({}, in_time());
        EXPECT_FALSE(stream) << expected.claim;
        if (stream) co_return;
        EXPECT_EQ(shown(stream.error()), "unavailable PROXY_FAILED") << expected.claim;
        EXPECT_NE(stream.error().message.find(expected.said), std::string::npos) << expected.claim << ": " << stream.error().message;
    }(outbound, row));
}
INSTANTIATE_TEST_SUITE_P(Proxy, ProxyAnswers, testing::Values(
    Row{"it wants credentials",        "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n",   "407"},
    Row{"it forbids the endpoint",     "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",    "refused to connect to provider.test:443: 403"},
    Row{"it closes",                   "",                                                "closed"},
    Row{"it is no HTTP proxy",         "SSH-2.0-OpenSSH_9.2\r\n\r\n",                     "HTTP"},
    Row{"it speaks for the endpoint",  "HTTP/1.1 200 Fine\r\n\r\n\x15\x03\x03",           "more than its answer"}));

TEST_F(OutboundTest, AProxyThatIsNotThereIsNamed) {
    tcp::acceptor bound{context, {asio::ip::address_v4::loopback(), 0}, false};
    const auto free_port = bound.local_endpoint().port();
    bound.close();
    auto config = to(443, true);
    config.endpoint.host = "provider.test";
    config.proxy = proxy_at(free_port);
    Outbound outbound{context, config};
    EXPECT_EQ(fetched(outbound), "unavailable PROXY_FAILED");
}
}  // namespace
}  // namespace rondo::net
