// The whole server inside TLS: who trusts its authority converses with it, and its certificate changes while it runs.
#include "base/async/within.hpp"
#include "platform/net/http_client.hpp"
#include "platform/net/outbound.hpp"
#include "support/loop.hpp"
#include "support/server.hpp"
#include "unit/platform/net/test_certificates.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <mutex>
#include <string>

namespace rondo {
namespace {
using namespace std::chrono_literals;
constexpr auto kNames = {"DNS:localhost", "IP:127.0.0.1"};

/// What the server logged so far; from any thread.
class Log {
public:
    obs::Logger logger() {
        return obs::Logger{{.write = [this](std::string_view line) {
            const std::lock_guard lock{mutex_};
            text_ += line;
        }}};
    }
    bool holds(std::string_view part) {
        const std::lock_guard lock{mutex_};
        return text_.contains(part);
    }

private:
    std::mutex mutex_;
    std::string text_;
};

class EdgeTls : public ::testing::Test {
protected:
    EdgeTls() { use(authority_); }

    [[nodiscard]] std::filesystem::path file(const char* name) const { return folder_.path() / name; }
    void write(const char* name, std::string_view text) const { std::ofstream{file(name)} << text; }
    /// New files for the server, of this authority.
    net::Identity use(const net::TestAuthority& authority) const {
        auto identity = authority.issue({kNames.begin(), kNames.end()});
        write("cert.pem", identity.certificate);
        write("key.pem", identity.key);
        return identity;
    }
    [[nodiscard]] support::Server::Settings settings() const {
        return {{"server.tls.certificate", file("cert.pem").string()}, {"server.tls.key", file("key.pem").string()}};
    }
    support::Server& start() {
        server_ = std::make_unique<support::Server>(settings(), app::App::Options{.log = log_.logger()});
        return *server_;
    }
    /// A client that trusts this authority and no other.
    std::unique_ptr<net::Outbound> client(const net::TestAuthority& authority) {
        write("ca.pem", authority.certificate());
        auto trust = net::TlsContext::make(file("ca.pem").string());
        EXPECT_TRUE(trust);
        return std::make_unique<net::Outbound>(
            loop_.context(),
            net::Outbound::Config{
                .endpoint = {.tls = true, .host = "127.0.0.1", .port = server_->port(), .path = {}, .user = {}, .password = {}},
                .tls = trust.value_or(nullptr)});
    }
    /// "200 body", or the reason of what went wrong.
    std::string ask(net::Outbound& client, net::ClientRequest request = {.target = "/livez"}) {
        const auto fetch = [](net::Outbound& client, net::ClientRequest request) -> asio::awaitable<std::string> {
            const auto ctx = CallContext{}.within(30s);
            auto reply = co_await client.open(std::move(request), ctx);
            if (!reply) co_return reply.error().reason;
            const auto body = co_await reply->rest(1U << 20U, ctx);
            if (!body) co_return body.error().reason;
            co_return std::to_string(reply->head().status) + " " + *body;
        };
        return loop_.wait(fetch(client, std::move(request)));
    }
    template <class Condition>
    bool eventually(Condition condition) {
        const auto deadline = Clock::now() + 30s;
        while (!condition()) {
            if (Clock::now() > deadline) return false;
            loop_.wait(pause(5ms));
        }
        return true;
    }

    support::TempFolder folder_;
    support::Loop loop_;
    net::TestAuthority authority_, other_;
    Log log_;
    std::unique_ptr<support::Server> server_;
};

TEST_F(EdgeTls, WhoTrustsTheAuthorityConverses) {
    start();
    const auto trusting = client(authority_);
    EXPECT_TRUE(ask(*trusting).starts_with("200 "));
    const auto opened = ask(*trusting, {.method = net::Method::post, .target = "/api/v1/sessions", .body = "{}"});
    ASSERT_TRUE(opened.starts_with("201 ")) << opened;
    const auto session = std::string{boost::json::parse(opened.substr(4)).at("session_id").as_string()};
    const auto events = ask(*trusting, {.method = net::Method::post,
                                        .target = "/api/v1/sessions/" + session + "/turns",
                                        .headers = {{"Accept", "text/event-stream"}},
                                        .body = R"({"user_message":"你好"})"});
    EXPECT_TRUE(events.starts_with("200 ")) << events;
    EXPECT_TRUE(events.contains("event: delta")) << events;
    EXPECT_TRUE(events.contains("event: completed")) << events;
    EXPECT_EQ(trusting->stats().opened, 1U) << "one handshake for all of it";
}

TEST_F(EdgeTls, ItsOwnPageIsOneOfHttpsAndIsToldToStaySo) {
    start();
    const auto trusting = client(authority_);
    const auto begin_from = [&](const char* scheme) {
        const auto origin = std::string{scheme} + "://127.0.0.1:" + std::to_string(server_->port());
        return ask(*trusting, {.method = net::Method::post, .target = "/api/v1/sessions", .headers = {{"Origin", origin}}, .body = "{}"});
    };
    EXPECT_TRUE(begin_from("https").starts_with("201 "));
    EXPECT_TRUE(begin_from("http").starts_with("403 ")) << "a page anybody on the way could have written";
    const auto told = [](net::Outbound& client) -> asio::awaitable<std::string> {
        auto reply = co_await client.open({.target = "/openapi.json"}, CallContext{}.within(30s));
        if (!reply) co_return reply.error().reason;
        co_return std::string{net::find_header(reply->head().headers, "strict-transport-security")};
    };
    EXPECT_EQ(loop_.wait(told(*trusting)), "max-age=31536000");
}

TEST_F(EdgeTls, WhoDoesNotTrustTheAuthorityTakesNothing) {
    start();
    const auto distrusting = client(other_);
    EXPECT_EQ(ask(*distrusting), "TLS_FAILED");
}

TEST_F(EdgeTls, ANewCertificateIsForNewConnectionsAndOldOnesGoOn) {
    start();
    const auto early = client(authority_);
    ASSERT_TRUE(ask(*early).starts_with("200 "));
    use(other_);
    // A client keeps its connection, so each look is a new one.
    EXPECT_TRUE(eventually([&] { return ask(*client(other_)).starts_with("200 "); }));
    EXPECT_EQ(ask(*client(authority_)), "TLS_FAILED") << "the old certificate is shown to nobody any more";
    EXPECT_TRUE(ask(*early).starts_with("200 "));
    EXPECT_EQ(early->stats().opened, 1U) << "over the connection it had";
}

TEST_F(EdgeTls, ReloadReadsTheCertificateAgain) {
    auto& server = start();
    use(other_);
    server.app().reload();
    EXPECT_TRUE(eventually([&] { return ask(*client(other_)).starts_with("200 "); }));
}

TEST_F(EdgeTls, ABadCertificateLeavesTheOldOneInForce) {
    auto& server = start();
    const auto key = use(authority_).key;
    const auto stranger = other_.issue({kNames.begin(), kNames.end()});
    struct Row {
        const char* claim;
        std::string certificate, key;
        const char* told;
    };
    const Row rows[] = {
        {"no certificate", "nonsense", key, "cert.pem"},
        {"half a certificate", stranger.certificate.substr(0, 200), stranger.key, "cert.pem"},
        {"the key of another certificate", stranger.certificate, key, "key.pem is the key of another certificate"},
        {"no key", stranger.certificate, "nonsense", "key.pem cannot be read"},
    };
    for (const Row& row : rows) {
        write("cert.pem", row.certificate);
        write("key.pem", row.key);
        server.app().reload();
        EXPECT_TRUE(eventually([&] { return log_.holds("certificate_not_read") && log_.holds(row.told); })) << row.claim;
        EXPECT_TRUE(ask(*client(authority_)).starts_with("200 ")) << row.claim;
    }
    EXPECT_FALSE(log_.holds(stranger.key.substr(40, 20))) << "nothing of a key is ever told";
}

TEST_F(EdgeTls, WhoSpeaksPlainHttpIsTold) {
    auto& server = start();
    net::HttpClient plain{loop_.context().get_executor(), "127.0.0.1", server.port()};
    const auto answer = loop_.wait(plain.send({.target = "/livez"}, CallContext{}.within(30s)));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 400);
    EXPECT_TRUE(answer->body.contains("https://")) << answer->body;
}

TEST_F(EdgeTls, AServerThatCannotShowItsCertificateDoesNotStart) {
    const auto stranger = other_.issue({kNames.begin(), kNames.end()});
    write("key.pem", stranger.key);
    const auto mismatch = support::refusal_of(settings());
    EXPECT_EQ(mismatch.code, Code::invalid_argument);
    ASSERT_EQ(mismatch.faults.size(), 1U);
    EXPECT_EQ(mismatch.faults[0].path, "server.tls.key");
    const auto half = support::refusal_of({{"server.tls.certificate", file("cert.pem").string()}});
    EXPECT_EQ(half.code, Code::invalid_argument);
    const auto missing =
        support::refusal_of({{"server.tls.certificate", file("none.pem").string()}, {"server.tls.key", file("key.pem").string()}});
    ASSERT_EQ(missing.faults.size(), 1U);
    EXPECT_EQ(missing.faults[0].path, "server.tls.certificate");
}
}  // namespace
}  // namespace rondo
