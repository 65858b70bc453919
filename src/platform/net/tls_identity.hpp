#pragma once
#include "base/result.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace rondo::net {
/// What our server shows to clients: a certificate, those between it and its authority, and the key. TLS 1.2 or newer, forward secrecy
/// only, HTTP/1.1 (ALPN), session tickets that another identity cannot read. Immutable; any thread may use it, and sessions keep what
/// they need of it. No text made here holds anything of the key.
class TlsIdentity {
public:
    /// Both PEM; the certificate file holds the server's own first. Blocks.
    /// Errors: `invalid_argument` with what is wrong in which file: unreadable, no PEM, encrypted, the key of another certificate.
    [[nodiscard]] static Result<std::shared_ptr<const TlsIdentity>> load(const std::filesystem::path& certificate,
                                                                         const std::filesystem::path& key);
    ~TlsIdentity();
    TlsIdentity(const TlsIdentity&) = delete;
    TlsIdentity& operator=(const TlsIdentity&) = delete;

    /// When the server's own certificate ends. Clients refuse it afterwards; we go on, as no other would be better.
    [[nodiscard]] std::chrono::sys_seconds expires() const { return expires_; }
    /// SHA-256 of that certificate in hexadecimal digits: tells two apart.
    [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }
    [[nodiscard]] ssl_ctx_st* native() const { return context_; }

private:
    explicit TlsIdentity(ssl_ctx_st* context) : context_{context} {}
    ssl_ctx_st* context_;
    std::chrono::sys_seconds expires_{};
    std::string fingerprint_;
};
}  // namespace rondo::net
