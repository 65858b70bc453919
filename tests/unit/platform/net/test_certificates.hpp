#pragma once
#include <string>
#include <vector>

struct evp_pkey_st;
struct x509_st;

namespace rondo::net {
/// A certificate and its key, as PEM.
struct Identity {
    std::string certificate;
    std::string key;
};

/// A certificate authority that lives as long as a test.
class TestAuthority {
public:
    TestAuthority();
    ~TestAuthority();
    TestAuthority(const TestAuthority&) = delete;
    TestAuthority& operator=(const TestAuthority&) = delete;

    /// `names`: what the certificate is for, as OpenSSL writes it: "DNS:localhost", "IP:127.0.0.1".
    [[nodiscard]] Identity issue(const std::vector<std::string>& names, const char* last_day = "20990101000000Z") const;
    [[nodiscard]] std::string certificate() const;  ///< the authority's own, as PEM

private:
    evp_pkey_st* key_;
    x509_st* certificate_;
};
}  // namespace rondo::net
