#include "mind/guard/jwt.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <functional>
#include <memory>
#include <string>

namespace rondo::guard {
namespace {
using namespace std::chrono_literals;
using boost::json::object;
constexpr WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1}};
constexpr std::int64_t kSeconds = std::chrono::duration_cast<std::chrono::seconds>(kNow.time_since_epoch()).count();

std::string base64url(std::string_view bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    while (out.ends_with('=')) out.pop_back();
    for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return out;
}

/// Who issues tokens: the private half of a key.
class Issuer {
public:
    explicit Issuer(EVP_PKEY* key) : key_{key, EVP_PKEY_free} {}
    static Issuer ed25519() { return Issuer{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}; }
    static Issuer rsa(std::size_t bits) { return Issuer{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)}; }
    static Issuer ec() { return Issuer{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")}; }

    [[nodiscard]] std::string pem() const {
        const std::unique_ptr<BIO, int (*)(BIO*)> bio{BIO_new(BIO_s_mem()), BIO_free};
        PEM_write_bio_PUBKEY(bio.get(), key_.get());
        char* data = nullptr;
        const auto size = BIO_get_mem_data(bio.get(), &data);
        return {data, static_cast<std::size_t>(size)};
    }
    [[nodiscard]] std::string sign(const std::string& text) const {
        const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
        const EVP_MD* digest = EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_RSA ? EVP_sha256() : nullptr;
        EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get());
        std::size_t size = 0;
        const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
        std::string out(size, '\0');
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size());
        out.resize(size);
        return out;
    }
    [[nodiscard]] std::string token(const object& header, const std::string& claims) const {
        const std::string body = base64url(boost::json::serialize(header)) + "." + base64url(claims);
        return body + "." + base64url(sign(body));
    }
    [[nodiscard]] std::string token(const object& header, const object& claims) const {
        return token(header, boost::json::serialize(claims));
    }

private:
    std::shared_ptr<EVP_PKEY> key_;
};

const Issuer& issuer() {
    static const Issuer one = Issuer::ed25519();
    return one;
}
const object kHeader{{"alg", "EdDSA"}, {"typ", "JWT"}};
object claims() {
    return {{"iss", "https://id.example"}, {"aud", "rondo"},       {"sub", "ada"},        {"tenant", "acme"},
            {"scope", "openid user"},      {"nbf", kSeconds - 60}, {"exp", kSeconds + 60}};
}
JwtVerifier::Config config(const std::string& pem) {
    JwtVerifier::Config c;
    c.public_key = pem;
    c.issuer = "https://id.example";
    c.audience = "rondo";
    return c;
}
const JwtVerifier& verifier() {
    static const JwtVerifier one = *JwtVerifier::make(config(issuer().pem()));
    return one;
}
std::string outcome(const std::string& token, WallTime now = kNow) {
    const auto said = verifier().verify(token, now);
    return said ? "" : said.error().reason;
}
object with(const char* key, boost::json::value value) {
    auto c = claims();
    c[key] = std::move(value);
    return c;
}
object without(const char* key) {
    auto c = claims();
    c.erase(key);
    return c;
}

TEST(Jwt, ATokenNamesItsUser) {
    const auto said = verifier().verify(issuer().token(kHeader, claims()), kNow);
    ASSERT_TRUE(said) << said.error().message;
    EXPECT_EQ(said->scope, (Scope{TenantId{"acme"}, UserId{"ada"}}));
    EXPECT_EQ(said->role, Role::user);
    EXPECT_EQ(said->key, "jwt:acme/ada");
}

TEST(Jwt, Rs256Works) {
    const Issuer rsa = Issuer::rsa(2048);
    const auto rsa_verifier = JwtVerifier::make(config(rsa.pem()));
    ASSERT_TRUE(rsa_verifier);
    EXPECT_TRUE(rsa_verifier->verify(rsa.token({{"alg", "RS256"}}, claims()), kNow));
    EXPECT_FALSE(rsa_verifier->verify(rsa.token({{"alg", "RS512"}}, claims()), kNow));
    EXPECT_FALSE(rsa_verifier->verify(issuer().token(kHeader, claims()), kNow)) << "an honest token of another algorithm";

    // The classic: the public key, which everybody has, as the secret of an HMAC.
    const std::string body = base64url(R"({"alg":"HS256"})") + "." + base64url(boost::json::serialize(claims()));
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const std::string pem = rsa.pem();
    HMAC(EVP_sha256(), pem.data(), static_cast<int>(pem.size()), reinterpret_cast<const unsigned char*>(body.data()), body.size(), mac,
         &size);
    const auto confused = rsa_verifier->verify(body + "." + base64url({reinterpret_cast<char*>(mac), size}), kNow);
    ASSERT_FALSE(confused);
    EXPECT_EQ(confused.error().reason, "TOKEN_SIGNATURE");
}

TEST(Jwt, Scopes) {
    struct Row {
        const char* claim;
        boost::json::value scope;
        std::optional<Role> role;
    };
    for (const auto& [claim, scope, role] : {
             Row{"one word", "user", Role::user},
             Row{"the highest of several", "user admin operator", Role::admin},
             Row{"as a list", boost::json::array{"x", "operator"}, Role::supervisor},
             Row{"words that are not ours", "openid profile", std::nullopt},
             Row{"part of a word is no word", "administrator superuser", std::nullopt},
             Row{"nothing", "", std::nullopt},
             Row{"a number", 7, std::nullopt},
         }) {
        const auto said = verifier().verify(issuer().token(kHeader, with("scope", scope)), kNow);
        EXPECT_EQ(said ? std::optional{said->role} : std::nullopt, role) << claim;
    }
}

TEST(Jwt, WhatIsRefused) {
    const std::string good = issuer().token(kHeader, claims());
    const auto first = good.find('.'), second = good.rfind('.');
    const std::string body = good.substr(0, second);
    const auto signed_claims = [](const object& c) { return issuer().token(kHeader, c); };
    const auto alg = [](const char* word) { return issuer().token({{"alg", word}}, claims()); };
    std::string other_claims = good;
    other_claims.replace(first + 1, second - first - 1, base64url(boost::json::serialize(with("sub", "bob"))));
    // The last character of a signature of 64 bytes carries four bits that must be zero.
    std::string loose_bits = good;
    loose_bits.back() = loose_bits.back() == 'A' ? 'B' : static_cast<char>(loose_bits.back() + 1);
    const std::string repeated = R"({"sub":"bob",)" + boost::json::serialize(claims()).substr(1);
    struct Row {
        const char* claim;
        std::string token;
        const char* reason;
    };
    for (const auto& [claim, token, reason] : {
             Row{"a good token is not refused", good, ""},
             Row{"algorithm none", base64url(R"({"alg":"none"})") + good.substr(first, second - first) + ".", "TOKEN_MALFORMED"},
             Row{"algorithm none, with a signature", alg("none"), "TOKEN_SIGNATURE"},
             Row{"algorithm None", alg("None"), "TOKEN_SIGNATURE"},
             Row{"another algorithm's name", alg("RS256"), "TOKEN_SIGNATURE"},
             Row{"HS256", alg("HS256"), "TOKEN_SIGNATURE"},
             Row{"no algorithm", issuer().token({{"typ", "JWT"}}, claims()), "TOKEN_SIGNATURE"},
             Row{"an extension we must know", issuer().token({{"alg", "EdDSA"}, {"crit", boost::json::array{"b64"}}}, claims()),
                 "TOKEN_SIGNATURE"},
             Row{"another issuer's key", Issuer::ed25519().token(kHeader, claims()), "TOKEN_SIGNATURE"},
             Row{"claims exchanged", other_claims, "TOKEN_SIGNATURE"},
             Row{"an empty signature", body + ".", "TOKEN_MALFORMED"},
             Row{"half a signature", good.substr(0, second + 45), "TOKEN_SIGNATURE"},
             Row{"expired", signed_claims(with("exp", kSeconds - 31)), "TOKEN_EXPIRED"},
             Row{"expired within the leeway", signed_claims(with("exp", kSeconds - 29)), ""},
             Row{"not yet valid", signed_claims(with("nbf", kSeconds + 31)), "TOKEN_NOT_YET_VALID"},
             Row{"not yet valid within the leeway", signed_claims(with("nbf", kSeconds + 29)), ""},
             Row{"no exp", signed_claims(without("exp")), "TOKEN_CLAIMS"},
             Row{"no nbf", signed_claims(without("nbf")), "TOKEN_CLAIMS"},
             Row{"exp as text", signed_claims(with("exp", "never")), "TOKEN_CLAIMS"},
             Row{"exp beyond all time", signed_claims(with("exp", 1e300)), "TOKEN_CLAIMS"},
             Row{"no iss", signed_claims(without("iss")), "TOKEN_CLAIMS"},
             Row{"another iss", signed_claims(with("iss", "https://id.example/")), "TOKEN_CLAIMS"},
             Row{"no aud", signed_claims(without("aud")), "TOKEN_CLAIMS"},
             Row{"another aud", signed_claims(with("aud", "rondo2")), "TOKEN_CLAIMS"},
             Row{"one aud of several", signed_claims(with("aud", boost::json::array{"x", "rondo"})), ""},
             Row{"none of several", signed_claims(with("aud", boost::json::array{"x", 7})), "TOKEN_CLAIMS"},
             Row{"no user", signed_claims(without("sub")), "TOKEN_CLAIMS"},
             Row{"a user that is no id", signed_claims(with("sub", "a b")), "TOKEN_CLAIMS"},
             Row{"a tenant that is no id", signed_claims(with("tenant", "")), "TOKEN_CLAIMS"},
             Row{"a tenant that is a number", signed_claims(with("tenant", 3)), "TOKEN_CLAIMS"},
             Row{"no tenant: the default one", signed_claims(without("tenant")), ""},
             Row{"no scope", signed_claims(without("scope")), "TOKEN_CLAIMS"},
             Row{"nothing", "", "TOKEN_MALFORMED"},
             Row{"one part", "abc", "TOKEN_MALFORMED"},
             Row{"two parts", body, "TOKEN_MALFORMED"},
             Row{"four parts", good + ".AAAA", "TOKEN_MALFORMED"},
             Row{"five parts, as if encrypted", good + ".AAAA.AAAA", "TOKEN_MALFORMED"},
             Row{"padding", good + "==", "TOKEN_MALFORMED"},
             Row{"the other base64's letters", "+" + good.substr(1), "TOKEN_MALFORMED"},
             Row{"a space behind it", good + " ", "TOKEN_MALFORMED"},
             Row{"a byte of zero behind it", good + std::string(1, '\0'), "TOKEN_MALFORMED"},
             Row{"bits past the end", loose_bits, "TOKEN_MALFORMED"},
             Row{"claims that are no object", issuer().token(kHeader, std::string{"[]"}), "TOKEN_MALFORMED"},
             Row{"claims with something behind", issuer().token(kHeader, boost::json::serialize(claims()) + "x"), "TOKEN_MALFORMED"},
             Row{"a claim twice", issuer().token(kHeader, repeated), "TOKEN_MALFORMED"},
             Row{"longer than allowed", signed_claims(with("x", boost::json::string(JwtVerifier::kMaxBytes, 'x'))), "TOKEN_MALFORMED"},
         }) {
        EXPECT_EQ(outcome(token), reason) << claim;
    }
}

TEST(Jwt, KeysThatAreRefused) {
    struct Row {
        const char* claim;
        std::string pem;
    };
    for (const auto& [claim, pem] : {
             Row{"nothing", ""},
             Row{"no PEM", "ssh-ed25519 AAAA"},
             Row{"RSA that is too short", Issuer::rsa(1024).pem()},
             Row{"another kind", Issuer::ec().pem()},
             Row{"cut short", issuer().pem().substr(0, 60)},
         }) {
        const auto made = JwtVerifier::make(config(pem));
        ASSERT_FALSE(made) << claim;
        EXPECT_EQ(made.error().code, Code::invalid_argument) << claim;
    }
    auto nameless = config(issuer().pem());
    nameless.audience.clear();
    EXPECT_FALSE(JwtVerifier::make(nameless)) << "without an audience any token of the issuer would do";
}
}  // namespace
}  // namespace rondo::guard
