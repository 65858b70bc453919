#pragma once
#include "base/describe.hpp"
#include "base/result.hpp"
#include "mind/guard/jwt.hpp"
#include "mind/guard/key_book.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace rondo::app {
/// Who is let in besides by API keys, and how much a key may use that has no limits of its own.
struct AuthConfig {
    struct Jwt {
        std::filesystem::path key_file;  ///< empty: tokens are not accepted
        std::string issuer, audience;
        std::chrono::seconds leeway{30};
        std::string tenant_claim{"tenant"}, user_claim{"sub"}, scope_claim{"scope"};
    };
    std::int64_t requests_per_minute{0};
    std::int64_t tokens_per_minute{0};
    Jwt jwt;
};

template <class Visitor>
void describe(Visitor& v, AuthConfig::Jwt& c) {
    using namespace std::chrono_literals;
    v.field("key_file", c.key_file, Reload::restart, "PEM file of the public key tokens are signed with (Ed25519, RSA); empty: no tokens.");
    v.field("issuer", c.issuer, Reload::restart, "The `iss` a token must have.");
    v.field("audience", c.audience, Reload::restart, "The `aud` a token must have.");
    v.field("leeway_s", c.leeway, Reload::restart, "By which the issuer's clock may differ.", in(0s, 3'600s));
    v.field("tenant_claim", c.tenant_claim, Reload::restart, "The claim that names the tenant.");
    v.field("user_claim", c.user_claim, Reload::restart, "The claim that names the user.");
    v.field("scope_claim", c.scope_claim, Reload::restart, "The claim that names user, operator or admin.");
    v.rule(c.key_file.empty() || !c.issuer.empty(), "issuer", "must be set: a token of any issuer would do otherwise");
    v.rule(c.key_file.empty() || !c.audience.empty(), "audience", "must be set: a token for any other service would do otherwise");
}

template <class Visitor>
void describe(Visitor& v, AuthConfig& c) {
    v.field("requests_per_minute", c.requests_per_minute, Reload::restart, "Of each key without a limit of its own; 0: none.",
            in(0, 1'000'000'000));
    v.field("tokens_per_minute", c.tokens_per_minute, Reload::restart, "Of each key without a limit of its own; 0: none.",
            in(0, 1'000'000'000));
    v.section("jwt", c.jwt);
}

/// Null when tokens are not accepted. Blocks. Errors: `invalid_argument` (unreadable file, no such key).
[[nodiscard]] Result<std::shared_ptr<const guard::JwtVerifier>> make_verifier(const AuthConfig& config);

/// A server that others can reach must know who they are. `host`: an IP literal.
/// Errors: `invalid_argument` (not loopback, and neither a key nor tokens).
[[nodiscard]] Status check_exposure(const std::string& host, const guard::KeyBook& keys, bool tokens);
[[nodiscard]] bool loopback(const std::string& host);
}  // namespace rondo::app
