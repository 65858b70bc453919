#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "mind/guard/principal.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace rondo::guard {
/// Reads JSON Web Tokens that somebody else issued: EdDSA (Ed25519) or RS256, and nothing else.
///
/// The configured key decides the algorithm; what a token's header says must agree with it and decides nothing. Thread-safe.
class JwtVerifier {
public:
    struct Config {
        std::string public_key;  ///< PEM of an Ed25519 key, or of an RSA key of 2048 bits and more
        std::string issuer, audience;
        std::chrono::seconds leeway{30};  ///< by which the clocks may differ
        std::string tenant_claim{"tenant"}, user_claim{"sub"}, scope_claim{"scope"};
        Limits limits{};  ///< of each user
    };
    static constexpr std::size_t kMaxBytes = 8U << 10U;

    /// Errors: `invalid_argument` (the key is none of these, issuer or audience is empty).
    [[nodiscard]] static Result<JwtVerifier> make(Config config);
    JwtVerifier(JwtVerifier&&) noexcept;
    JwtVerifier& operator=(JwtVerifier&&) noexcept;
    ~JwtVerifier();

    /// The caller a token names. Required: exp, nbf, iss, aud, the user and a scope (a text of words or a list of them; the
    /// highest of user, operator, admin counts); without a tenant claim the tenant is "default".
    /// Errors: `unauthenticated`, reason TOKEN_MALFORMED, TOKEN_SIGNATURE, TOKEN_EXPIRED, TOKEN_NOT_YET_VALID or TOKEN_CLAIMS.
    [[nodiscard]] Result<Principal> verify(std::string_view token, WallTime now) const;

private:
    struct Key;
    JwtVerifier(Config config, std::unique_ptr<Key> key);
    [[nodiscard]] Status check_signature(std::string_view signed_part, std::string_view signature) const;

    Config config_;
    std::unique_ptr<Key> key_;
};
}  // namespace rondo::guard
