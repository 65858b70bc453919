#pragma once
#include "base/result.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace rondo::net {
/// A key and a self-signed certificate for localhost, 127.0.0.1 and ::1, made on the spot: what a server shows to clients that
/// should refuse it, or that a test has told to trust it. Nobody else may: the key lives in this process alone.
/// Immutable and thread-safe; copies share the key.
class TestIdentity {
public:
    enum class Validity {
        now,      ///< from yesterday, for a year
        expired,  ///< until yesterday
    };

    /// Errors: `internal` (OpenSSL made no key or certificate).
    [[nodiscard]] static Result<TestIdentity> make(Validity validity);

    [[nodiscard]] const std::string& certificate_pem() const { return pem_; }  ///< for a client's trust store
    [[nodiscard]] ssl_ctx_st* context() const { return context_.get(); }       ///< never null

private:
    TestIdentity(std::shared_ptr<ssl_ctx_st> context, std::string pem) : context_{std::move(context)}, pem_{std::move(pem)} {}
    std::shared_ptr<ssl_ctx_st> context_;
    std::string pem_;
};
}  // namespace rondo::net
