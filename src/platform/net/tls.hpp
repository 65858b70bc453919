#pragma once
#include "base/result.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace rondo::net {
/// Whom our TLS connections trust: the system's certificate authorities, and those of a file. TLS 1.2 or newer; names are always verified.
/// Make one and share it; constant, so any thread may use it.
class TlsContext {
public:
    /// `ca_file`: PEM certificates trusted besides the system's (private authorities, tests); empty: none.
    /// Errors: `invalid_argument` when the file cannot be read or holds no certificate.
    [[nodiscard]] static Result<std::shared_ptr<const TlsContext>> make(const std::string& ca_file = {});
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    [[nodiscard]] ssl_ctx_st* native() const { return context_; }

private:
    explicit TlsContext(ssl_ctx_st* context) : context_{context} {}
    ssl_ctx_st* context_;
};
}  // namespace rondo::net
