// What the server agrees to in a TLS handshake, and what it does with peers that do not finish one.
#include "platform/net/tls_identity.hpp"
#include "server_fixture.hpp"
#include "support/temp_folder.hpp"
#include "test_certificates.hpp"
#include "ws_cases.hpp"
#include "ws_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fstream>
#include <string_view>

namespace rondo::net {
namespace {
/// What a client offers.
struct Offer {
    int lowest{TLS1_2_VERSION}, highest{TLS1_3_VERSION};
    std::string_view protocols{};  ///< as ALPN has them: each with its length in front
    const char* ciphers{nullptr};  ///< of TLS 1.2
    SSL_SESSION* ticket{nullptr};
};

/// A client's side of one session over a socket of the test.
class TlsPeer {
public:
    TlsPeer(RawClient& wire, const Offer& offer) : wire_{wire}, context_{SSL_CTX_new(TLS_client_method())} {
        SSL_CTX_set_security_level(context_, 0);  // so that old versions are offered at all
        SSL_CTX_set_min_proto_version(context_, offer.lowest);
        SSL_CTX_set_max_proto_version(context_, offer.highest);
        if (offer.ciphers) SSL_CTX_set_cipher_list(context_, offer.ciphers);
        session_ = SSL_new(context_);
        if (!offer.protocols.empty()) {
            SSL_set_alpn_protos(session_, reinterpret_cast<const unsigned char*>(offer.protocols.data()),
                                static_cast<unsigned>(offer.protocols.size()));
        }
        if (offer.ticket) SSL_set_session(session_, offer.ticket);
        SSL_set_bio(session_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_connect_state(session_);
    }
    ~TlsPeer() {
        SSL_free(session_);
        SSL_CTX_free(context_);
    }
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    /// False: the server did not agree.
    asio::awaitable<bool> shake_hands() {
        for (;;) {
            ERR_clear_error();
            const int done = SSL_do_handshake(session_);
            co_await flush();
            if (done == 1) co_return true;
            if (SSL_get_error(session_, done) != SSL_ERROR_WANT_READ || !co_await fill()) co_return false;
        }
    }
    /// All that the server sends in answer to `request` until it ends.
    asio::awaitable<std::string> ask(std::string request) {
        SSL_write(session_, request.data(), static_cast<int>(request.size()));
        co_await flush();
        std::string answer;
        char space[4096];
        for (;;) {
            const int got = SSL_read(session_, space, sizeof space);
            if (got > 0) answer.append(space, static_cast<std::size_t>(got));
            else if (SSL_get_error(session_, got) != SSL_ERROR_WANT_READ || !co_await fill()) break;
        }
        in_order_ = (SSL_get_shutdown(session_) & SSL_RECEIVED_SHUTDOWN) != 0;
        co_return answer;
    }
    [[nodiscard]] SSL* native() const { return session_; }
    [[nodiscard]] bool ended_in_order() const { return in_order_; }

private:
    asio::awaitable<void> flush() {
        char* data = nullptr;
        const long bytes = BIO_get_mem_data(SSL_get_wbio(session_), &data);
        std::string out(data, static_cast<std::size_t>(bytes));
        static_cast<void>(BIO_reset(SSL_get_wbio(session_)));
        if (!out.empty()) co_await wire_.send(std::move(out));
    }
    asio::awaitable<bool> fill() {
        char space[4096];
        boost::system::error_code ec;
        const auto got = co_await wire_.socket().async_read_some(asio::buffer(space), asio::redirect_error(asio::use_awaitable, ec));
        if (got > 0) BIO_write(SSL_get_rbio(session_), space, static_cast<int>(got));
        co_return got > 0;
    }
    RawClient& wire_;
    SSL_CTX* context_;
    SSL* session_;
    bool in_order_{false};
};

class EdgeTlsHandshake : public ServerTest {
public:
    EdgeTlsHandshake() {
        route(Method::get, "/ok", [](Exchange& exchange) -> asio::awaitable<void> { co_await exchange.respond({.body = "{}"}); });
        route(Method::get, "/huge", [](Exchange& exchange) -> asio::awaitable<void> {
            Response response;
            response.shared_body = std::make_shared<const std::string>(3U << 20U, 'x');
            co_await exchange.respond(std::move(response));
        });
        route(Method::get, "/events", [](Exchange& exchange) -> asio::awaitable<void> {
            const auto stream = co_await exchange.stream({});
            if (!stream) co_return;
            for (int i = 0; i < 3; ++i) {
                co_await pause(1ms);
                co_await (*stream)->send("", "tick", std::string(20'000, 'x'));
            }
        });
        route(Method::get, "/ws", [](Exchange& exchange) -> asio::awaitable<void> {
            const auto socket = co_await exchange.upgrade({.max_message = 4U << 20U});
            if (!socket) co_return;
            for (;;) {
                const auto message = co_await (*socket)->receive();
                if (!message) co_return;
                co_await (*socket)->send(message->kind, message->data);
            }
        });
        route(Method::get, "/wait", [this](Exchange& exchange) -> asio::awaitable<void> {
            exchange.watch_peer();
            ++waiting;
            co_await pause(20s);
            ++left;
        });
    }
    void start_tls(HttpServer::Config config = {}) {
        start(config);
        server->use_identity(identity(authority));
    }
    std::shared_ptr<const TlsIdentity> identity(const TestAuthority& issuer) {
        const auto made = issuer.issue({"IP:127.0.0.1"});
        const auto certificate = folder.path() / "cert.pem", key = folder.path() / "key.pem";
        std::ofstream{certificate} << made.certificate;
        std::ofstream{key} << made.key;
        auto loaded = TlsIdentity::load(certificate, key);
        EXPECT_TRUE(loaded);
        return loaded.value_or(nullptr);
    }

    support::TempFolder folder;
    TestAuthority authority;
    int waiting{0}, left{0};
};

struct Row {
    const char* claim;
    Offer offer;
    const char* version;  ///< agreed on; null: refused
};
class Agreement : public EdgeTlsHandshake, public testing::WithParamInterface<Row> {};
TEST_P(Agreement, IsSoundOrNone) {
    start_tls();
    run([](Agreement& test) -> asio::awaitable<void> {
        const Row& row = test.GetParam();
        RawClient wire{test.context};
        co_await wire.connect(test.port);
        TlsPeer peer{wire, row.offer};
        const bool agreed = co_await peer.shake_hands();
        EXPECT_EQ(agreed, row.version != nullptr) << row.claim;
        if (!agreed) {
            co_await test.eventually([&] { return test.server->stats().bad_handshakes == 1; });
            co_return;
        }
        EXPECT_STREQ(SSL_get_version(peer.native()), row.version) << row.claim;
        const auto answer = co_await peer.ask("GET /ok HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(status_of(answer), "HTTP/1.1 200 OK") << row.claim;
        EXPECT_TRUE(peer.ended_in_order()) << "the server says goodbye";
    }(*this));
}
INSTANTIATE_TEST_SUITE_P(Net, Agreement, testing::Values(
    Row{"TLS 1.3",                          {},                                                        "TLSv1.3"},
    Row{"TLS 1.2",                          {.highest = TLS1_2_VERSION},                               "TLSv1.2"},
    Row{"TLS 1.1",                          {.lowest = TLS1_1_VERSION, .highest = TLS1_1_VERSION},     nullptr},
    Row{"a key sent with RSA",              {.highest = TLS1_2_VERSION, .ciphers = "AES128-GCM-SHA256"}, nullptr},
    Row{"a cipher without authentication",  {.highest = TLS1_2_VERSION, .ciphers = "ECDHE-ECDSA-AES128-SHA"}, nullptr},
    Row{"HTTP/1.1 by name",                 {.protocols = "\x08http/1.1"},                             "TLSv1.3"},
    Row{"HTTP/2 or HTTP/1.1",               {.protocols = "\x02h2\x08http/1.1"},                       "TLSv1.3"},
    Row{"HTTP/2 alone",                     {.protocols = "\x02h2"},                                   nullptr}));

TEST_F(EdgeTlsHandshake, AWebSocketSpeaksInside) {
    start_tls();
    run([](EdgeTlsHandshake& test) -> asio::awaitable<void> {
        RawClient wire{test.context};
        co_await wire.connect(test.port);
        TlsPeer peer{wire, {}};
        EXPECT_TRUE(co_await peer.shake_hands());
        const std::string small = "你好", large(3U << 20U, 'x');
        auto answer =
            co_await peer.ask(ws_request("/ws") + client_text(small) + client_text(large) + client_text(small) + client_close(1000));
        EXPECT_EQ(status_of(answer), "HTTP/1.1 101 Switching Protocols");
        answer.erase(0, answer.find("\r\n\r\n") + 4);
        ServerFrame frame;
        for (const auto& expected : {said("text", small), said("text", large), said("text", small), std::string{"close 1000"}}) {
            EXPECT_TRUE(take_server_frame(answer, frame));
            EXPECT_EQ(frame.said(), expected);
        }
        EXPECT_TRUE(peer.ended_in_order()) << "the server says goodbye";
    }(*this));
}

TEST_F(EdgeTlsHandshake, LongAnswersAndStreamsComeWhole) {
    start_tls({.max_connections = 4});
    run([](EdgeTlsHandshake& test) -> asio::awaitable<void> {
        for (const auto& [path, letters] : {std::pair{"/huge", 3U << 20U}, std::pair{"/events", 60'000U}}) {
            RawClient wire{test.context};
            co_await wire.connect(test.port);
            TlsPeer peer{wire, {}};
            EXPECT_TRUE(co_await peer.shake_hands());
            const auto answer = co_await peer.ask(std::string{"GET "} + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            EXPECT_EQ(std::ranges::count(answer.substr(answer.find("\r\n\r\n")), 'x'), letters) << path;
        }
    }(*this));
}

TEST_F(EdgeTlsHandshake, APeerThatLeavesCancelsItsHandler) {
    start_tls();
    run([](EdgeTlsHandshake& test) -> asio::awaitable<void> {
        {
            RawClient wire{test.context};
            co_await wire.connect(test.port);
            TlsPeer peer{wire, {}};
            EXPECT_TRUE(co_await peer.shake_hands());
            const std::string request = "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n";
            SSL_write(peer.native(), request.data(), static_cast<int>(request.size()));
            char* data = nullptr;
            const long bytes = BIO_get_mem_data(SSL_get_wbio(peer.native()), &data);
            co_await wire.send(std::string(data, static_cast<std::size_t>(bytes)));
            co_await test.eventually([&] { return test.waiting == 1; });
        }
        co_await test.eventually([&] { return test.left == 1 && test.server->open_connections() == 0; });
    }(*this));
}

struct Silent {
    const char* claim;
    std::string bytes;
};
class Unfinished : public EdgeTlsHandshake, public testing::WithParamInterface<Silent> {};
TEST_P(Unfinished, IsCut) {
    start_tls({.header_timeout = 40ms});
    EXPECT_EQ(converse(GetParam().bytes), "") << GetParam().claim;
    EXPECT_EQ(server->stats().timeouts, 1U) << GetParam().claim;
}
INSTANTIATE_TEST_SUITE_P(Net, Unfinished, testing::Values(
    Silent{"silence",                  ""},
    Silent{"one byte of a record",     "\x16"},
    Silent{"half a record",            std::string{"\x16\x03\x01\x02\x00\x01\x00", 7}}));

TEST_F(EdgeTlsHandshake, PlainHttpIsToldWhatToDo) {
    start_tls();
    const auto answer = converse("GET /ok HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(status_of(answer), "HTTP/1.1 400 Bad Request");
    EXPECT_NE(answer.find("https://"), std::string::npos);
}

TEST_F(EdgeTlsHandshake, GarbageEndsTheConnection) {
    start_tls();
    run([](EdgeTlsHandshake& test) -> asio::awaitable<void> {
        RawClient wire{test.context};
        co_await wire.connect(test.port);
        co_await wire.send("\x16\x03\x01" + std::string(64, '\xff'));
        co_await wire.read();  // an alert at most
    }(*this));
    EXPECT_EQ(server->stats().bad_handshakes, 1U);
    EXPECT_EQ(server->stats().requests, 0U);
}
}  // namespace
}  // namespace rondo::net
