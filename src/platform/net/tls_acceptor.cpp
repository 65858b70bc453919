#include "platform/net/tls_acceptor.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

namespace rondo::net {
namespace {
constexpr std::size_t kRecord = 16U << 10U;

std::unexpected<Error> broken() {
    ERR_clear_error();
    return fail(Code::unavailable, "the TLS session broke; does the client trust the certificate?");
}
}  // namespace

void TlsAcceptor::Free::operator()(ssl_st* session) const { SSL_free(session); }

TlsAcceptor::TlsAcceptor(const TestIdentity& identity) : session_{SSL_new(identity.context())} {
    SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(session_.get());
}

Status TlsAcceptor::receive(std::string_view bytes, std::string& plain) {
    BIO* const incoming = SSL_get_rbio(session_.get());
    if (BIO_write(incoming, bytes.data(), static_cast<int>(bytes.size())) != static_cast<int>(bytes.size())) return broken();
    std::array<char, kRecord> record{};
    for (;;) {
        const int read = SSL_read(session_.get(), record.data(), static_cast<int>(record.size()));
        if (read > 0) {
            plain.append(record.data(), static_cast<std::size_t>(read));
            continue;
        }
        const int why = SSL_get_error(session_.get(), read);
        if (why == SSL_ERROR_WANT_READ) return {};
        closed_ = true;
        if (why == SSL_ERROR_ZERO_RETURN) return {};
        return broken();
    }
}

Status TlsAcceptor::send(std::string_view plain) {
    while (!plain.empty()) {
        const auto part = std::min(plain.size(), kRecord);
        const int written = SSL_write(session_.get(), plain.data(), static_cast<int>(part));
        if (written <= 0) return broken();
        plain.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

std::string TlsAcceptor::take_outgoing() {
    BIO* const outgoing = SSL_get_wbio(session_.get());
    char* data = nullptr;
    const long bytes = BIO_get_mem_data(outgoing, &data);
    std::string taken(data, bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
    static_cast<void>(BIO_reset(outgoing));
    return taken;
}
}  // namespace rondo::net
