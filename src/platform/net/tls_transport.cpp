#include "platform/net/tls.hpp"
#include "platform/net/tls_identity.hpp"
#include "platform/net/transport.hpp"
#include "platform/net/url.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

namespace rondo::net {
namespace {
constexpr std::size_t kRecord = 16U << 10U;  // the most one TLS record holds

/// What OpenSSL reads from and writes to. Its own socket BIO would raise SIGPIPE when the peer is gone.
struct Wire {
    int socket{-1};
    std::uint64_t sent{0};
    int error{0};  // errno of the last call that failed
};

template <class Call>
int transfer(BIO* bio, int retry_flag, Call call) {
    auto& wire = *static_cast<Wire*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    ssize_t moved;
    do moved = call(wire);
    while (moved < 0 && errno == EINTR);
    if (moved < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
        else wire.error = errno;
    }
    if (moved == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(moved);
}
int wire_read(BIO* bio, char* space, int bytes) {
    return transfer(bio, BIO_FLAGS_READ, [=](Wire& wire) { return ::recv(wire.socket, space, static_cast<std::size_t>(bytes), 0); });
}
int wire_write(BIO* bio, const char* data, int bytes) {
    const int moved = transfer(bio, BIO_FLAGS_WRITE,
                               [=](Wire& wire) { return ::send(wire.socket, data, static_cast<std::size_t>(bytes), MSG_NOSIGNAL); });
    if (moved > 0) static_cast<Wire*>(BIO_get_data(bio))->sent += static_cast<std::uint64_t>(moved);
    return moved;
}
long wire_control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return 0;
}
const BIO_METHOD* wire_method() {
    static BIO_METHOD* const method = [] {
        BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "rondo socket");
        BIO_meth_set_read(made, wire_read);
        BIO_meth_set_write(made, wire_write);
        BIO_meth_set_ctrl(made, wire_control);
        return made;
    }();
    return method;
}

class TlsTransport final : public Transport {
public:
    TlsTransport(Socket& socket, SSL_CTX* context) : ssl_{SSL_new(context)} {
        wire_.socket = socket.native_handle();
        BIO* const bio = BIO_new(wire_method());
        BIO_set_data(bio, &wire_);
        BIO_set_init(bio, 1);
        SSL_set_bio(ssl_, bio, bio);
    }
    TlsTransport(Socket& socket, const TlsIdentity& identity) : TlsTransport{socket, identity.native()} { SSL_set_accept_state(ssl_); }
    TlsTransport(Socket& socket, const TlsContext& context, const Url& endpoint) : TlsTransport{socket, context.native()} {
        SSL_set_connect_state(ssl_);
        if (endpoint.host_is_address()) {
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), endpoint.host.c_str());
        } else {
            SSL_set_hostflags(ssl_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
            SSL_set1_host(ssl_, endpoint.host.c_str());
            SSL_set_tlsext_host_name(ssl_, endpoint.host.c_str());
        }
    }
    ~TlsTransport() override {
        // Says goodbye as far as the socket takes it now; waiting for an answer would be of no use.
        if (!failed_ && SSL_is_init_finished(ssl_)) SSL_shutdown(ssl_);
        SSL_free(ssl_);
        ERR_clear_error();
    }
    TlsTransport(const TlsTransport&) = delete;
    TlsTransport& operator=(const TlsTransport&) = delete;

    Step handshake() override {
        ERR_clear_error();
        const int done = SSL_do_handshake(ssl_);
        return done == 1 ? Step{Outcome::moved} : judge(done);
    }
    Step read(char* space, std::size_t bytes) override {
        ERR_clear_error();
        std::size_t moved = 0;
        const int done = SSL_read_ex(ssl_, space, bytes, &moved);
        return done == 1 ? Step{Outcome::moved, moved} : judge(done);
    }
    Step write(std::span<const asio::const_buffer> parts) override {
        // One record, and so one packet if it is short, for head and body. A record that had to wait is made again from the same bytes.
        while (parts.size() > 1 && parts.front().size() == 0) parts = parts.subspan(1);
        asio::const_buffer next = parts.front();
        std::array<char, kRecord> record;
        if (next.size() < kRecord && parts.size() > 1) next = asio::buffer(record.data(), asio::buffer_copy(asio::buffer(record), parts));
        ERR_clear_error();
        std::size_t moved = 0;
        const int done = SSL_write_ex(ssl_, next.data(), next.size(), &moved);
        return done == 1 ? Step{Outcome::moved, moved} : judge(done);
    }
    bool buffers() const override { return true; }
    std::uint64_t sent() const override { return wire_.sent; }
    std::string why() const override { return why_; }

private:
    Step judge(int result) {
        switch (SSL_get_error(ssl_, result)) {
            case SSL_ERROR_WANT_READ: return {Outcome::wants_read};
            case SSL_ERROR_WANT_WRITE: return {Outcome::wants_write};
            case SSL_ERROR_ZERO_RETURN: return {Outcome::ended};
            default: break;
        }
        failed_ = true;
        const long verdict = SSL_get_verify_result(ssl_);
        const unsigned long code = ERR_peek_error();
        const char* const reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
        if (verdict != X509_V_OK) why_ = std::string{"its certificate is not accepted: "} + X509_verify_cert_error_string(verdict);
        else if (wire_.error != 0) why_ = std::strerror(wire_.error);
        else why_ = reason ? reason : "closed without a word";
        ERR_clear_error();
        return {Outcome::failed};
    }

    SSL* ssl_;
    Wire wire_;
    bool failed_{false};  // nothing may be sent any more, not even a goodbye
    std::string why_;
};
}  // namespace

std::unique_ptr<Transport> make_tls_transport(Socket& socket, const TlsContext& context, const Url& endpoint) {
    return std::make_unique<TlsTransport>(socket, context, endpoint);
}
std::unique_ptr<Transport> make_tls_transport(Socket& socket, const TlsIdentity& identity) {
    return std::make_unique<TlsTransport>(socket, identity);
}
}  // namespace rondo::net
