#include "platform/net/tls_identity.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <ctime>
#include <string_view>

namespace rondo::net {
namespace {
constexpr unsigned char kHttp[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// A client that names protocols and not ours is told so (RFC 7301); it would misread every answer.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_bytes, const unsigned char* in, unsigned in_bytes, void*) {
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_bytes, kHttp, sizeof kHttp, in, in_bytes) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/// OpenSSL would ask at the terminal.
int no_password(char*, int, int, void*) { return -1; }

void harden(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");  // of TLS 1.2; all of 1.3 are sound
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Idle connections give their buffers back; what is being written may move in memory, and may go in parts.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets need no memory of ours
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    SSL_CTX_set_default_passwd_cb(context, no_password);
}

std::unexpected<Error> refuse(const char* field, const std::filesystem::path& file, std::string_view why) {
    ERR_clear_error();
    return fail(Error{.code = Code::invalid_argument,
                      .message = fmt::format("{} {}", file.string(), why),
                      .faults = {{field, fmt::format("{} {}", file.string(), why)}},
                      .reason = "BAD_CERTIFICATE"});
}
}  // namespace

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::load(const std::filesystem::path& certificate, const std::filesystem::path& key) {
    SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
    if (!context) return fail(Code::internal, "OpenSSL cannot be set up");
    const std::shared_ptr<TlsIdentity> made{new TlsIdentity{context}};
    harden(context);
    if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
        return refuse("server.tls.certificate", certificate, "cannot be read or holds no PEM certificate that is strong enough");
    }
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
        const bool other = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
        return refuse("server.tls.key", key,
                      other ? "is the key of another certificate" : "cannot be read or holds no PEM key without a password");
    }
    X509* const own = SSL_CTX_get0_certificate(context);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned digest_bytes = 0;
    if (X509_digest(own, EVP_sha256(), digest.data(), &digest_bytes) == 1) {
        for (unsigned i = 0; i < digest_bytes; ++i) made->fingerprint_ += fmt::format("{:02x}", digest[i]);
    }
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(own), &end) == 1) {
        made->expires_ = std::chrono::sys_seconds{std::chrono::seconds{timegm(&end)}};
    }
    return made;
}

TlsIdentity::~TlsIdentity() { SSL_CTX_free(context_); }
}  // namespace rondo::net
