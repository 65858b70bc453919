#include "platform/net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace rondo::net {
Result<std::shared_ptr<const TlsContext>> TlsContext::make(const std::string& ca_file) {
    ssl_ctx_st* const context = SSL_CTX_new(TLS_client_method());
    if (!context) return fail(Code::internal, "OpenSSL cannot be set up");
    std::shared_ptr<const TlsContext> owner{new TlsContext{context}};
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    // Idle connections give their buffers back; what is being written may move in memory, and may go in parts.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // Servers that would choose HTTP/2 unasked are told what we speak.
    constexpr unsigned char kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(context, kProtocols, sizeof kProtocols);
    SSL_CTX_set_default_verify_paths(context);  // a machine without authorities fails at the first handshake, with that reason
    if (!ca_file.empty() && SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) {
        ERR_clear_error();
        return fail(Code::invalid_argument, "the CA file " + ca_file + " cannot be read or holds no PEM certificate");
    }
    return owner;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }
}  // namespace rondo::net
