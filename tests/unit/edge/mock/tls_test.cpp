#include "wire.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>

namespace rondo::mock {
namespace {
/// A client that verifies, trusting `trusted` alone.
class TlsClient {
public:
    TlsClient(std::uint16_t port, const std::string& trusted) : wire_{port}, context_{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free} {
        SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
        if (!trusted.empty()) {
            const std::unique_ptr<BIO, decltype(&BIO_free_all)> text{BIO_new_mem_buf(trusted.data(), static_cast<int>(trusted.size())),
                                                                     &BIO_free_all};
            const std::unique_ptr<X509, decltype(&X509_free)> certificate{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr),
                                                                          &X509_free};
            EXPECT_EQ(X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), certificate.get()), 1);
        }
        session_.reset(SSL_new(context_.get()));
        SSL_set_fd(session_.get(), wire_.descriptor());
        SSL_set1_host(session_.get(), "localhost");
        connected_ = SSL_connect(session_.get()) == 1;
    }
    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] long verdict() const { return SSL_get_verify_result(session_.get()); }
    void send(std::string_view bytes) { EXPECT_GT(SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())), 0); }
    std::string read_to(std::string_view end) {
        std::string text;
        char space[4096];
        while (!text.contains(end)) {
            const int got = SSL_read(session_.get(), space, sizeof space);
            if (got <= 0) break;
            text.append(space, static_cast<std::size_t>(got));
        }
        return text;
    }
    void leave() {
        SSL_shutdown(session_.get());
        wire_.close();
    }

private:
    Wire wire_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> session_{nullptr, &SSL_free};
    bool connected_{false};
};

Provider::Options with_tls() {
    Provider::Options options;
    options.tokens = 4;
    options.tls_port = 0;
    options.expired_tls_port = 0;
    return options;
}

TEST(Tls, IsRefusedByWhoDoesNotKnowTheCertificate) {
    ProviderTest provider{with_tls()};
    const TlsClient client{provider->tls_port(), ""};
    EXPECT_FALSE(client.connected());
    EXPECT_EQ(client.verdict(), X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT);
}

TEST(Tls, IsRefusedWhenExpired) {
    ProviderTest provider{with_tls()};
    const TlsClient client{provider->expired_tls_port(), ""};
    EXPECT_FALSE(client.connected());
}

TEST(Tls, AnswersWhoTrustsTheCertificate) {
    ProviderTest provider{with_tls()};
    TlsClient client{provider->tls_port(), provider->certificate_pem()};
    ASSERT_TRUE(client.connected()) << client.verdict();
    client.send(chat("ok", true));
    EXPECT_TRUE(client.read_to("[DONE]").contains("[DONE]"));
    client.send(chat("huge-chunk@300000", false));
    EXPECT_GT(client.read_to("fp_rondo_mock\"}").size(), 300'000U) << "many records";
    EXPECT_TRUE(provider.ended(2).back().tls);
}

TEST(Tls, SeesACallerLeave) {
    ProviderTest provider{with_tls()};
    TlsClient client{provider->tls_port(), provider->certificate_pem()};
    client.send(chat("stall@2", true));
    EXPECT_TRUE(client.read_to(" said").contains(" said"));
    client.leave();
    EXPECT_TRUE(provider.ended(1).front().left_early);
}

TEST(Tls, IsAlsoToldOverHttp) {
    ProviderTest provider{with_tls()};
    Wire wire{provider->port()};
    wire.send("GET /certificate HTTP/1.1\r\nHost: mock\r\n\r\n");
    EXPECT_TRUE(wire.read_to("END CERTIFICATE-----\n").ends_with(provider->certificate_pem()));
}
}  // namespace
}  // namespace rondo::mock
