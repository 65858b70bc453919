#include "mind/guard/jwt.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace rondo::guard {
namespace {
constexpr int kLeastRsaBits = 2048;
constexpr std::int64_t kLatestSecond = 253'402'300'799;  // the end of the year 9999
constexpr std::size_t kMaxAudiences = 32;
constexpr std::size_t kMaxScopes = 64;
constexpr json::Limits kLimits{.max_bytes = JwtVerifier::kMaxBytes, .max_depth = 8, .max_keys = 256};

template <auto Free>
struct Freed {
    void operator()(auto* pointer) const { Free(pointer); }
};
using KeyPointer = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using DigestPointer = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using BioPointer = std::unique_ptr<BIO, Freed<BIO_free_all>>;

std::unexpected<Error> refuse(const char* reason, std::string message) {
    return fail(Error{.code = Code::unauthenticated, .message = std::move(message), .reason = reason});
}
std::unexpected<Error> malformed() {
    return refuse("TOKEN_MALFORMED", "this is no JSON Web Token; send one of the configured issuer, or a key");
}

constexpr std::array<std::int8_t, 256> kSixBits = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}();

/// base64url without padding. The bits past the last byte must be zero, so that each value has one text only.
std::optional<std::string> decode(std::string_view text) {
    if (text.empty() || text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const int six = kSixBits[static_cast<unsigned char>(c)];
        if (six < 0) return std::nullopt;
        bits = (bits << 6U | static_cast<std::uint32_t>(six)) & 0xFFFFFFU;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out += static_cast<char>(bits >> held & 0xFFU);
    }
    if ((bits & ((1U << held) - 1U)) != 0) return std::nullopt;
    return out;
}

/// An object without repeated members: two readers could see two different tokens in one.
std::optional<boost::json::object> decode_object(std::string_view part) {
    const auto text = decode(part);
    if (!text) return std::nullopt;
    std::vector<std::string> repeated;
    auto value = json::parse(*text, kLimits, &repeated);
    if (!value || !value->is_object() || !repeated.empty()) return std::nullopt;
    return std::move(value->get_object());
}

std::string_view text_of(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) return {};
    return {value->get_string().data(), value->get_string().size()};
}

/// A time in seconds; some issuers send fractions.
std::optional<WallTime> time_of(const boost::json::object& claims, const char* key) {
    const auto* value = claims.if_contains(key);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const auto seconds = value->to_number<double>();
    if (!(seconds >= 0 && seconds <= static_cast<double>(kLatestSecond))) return std::nullopt;
    return WallTime{std::chrono::seconds{static_cast<std::int64_t>(seconds)}};
}

bool names_audience(const boost::json::object& claims, std::string_view wanted) {
    const auto* aud = claims.if_contains("aud");
    if (aud == nullptr) return false;
    if (aud->is_string()) return text_of(claims, "aud") == wanted;
    if (!aud->is_array() || aud->get_array().size() > kMaxAudiences) return false;
    return std::ranges::any_of(aud->get_array(), [&](const auto& one) { return one.is_string() && one.get_string() == wanted; });
}

/// The highest role that a claim names, as OAuth writes it ("openid user") or as a list.
std::optional<Role> role_of(const boost::json::object& claims, std::string_view key) {
    std::optional<Role> highest;
    const auto take = [&highest](std::string_view word) {
        Role role{};
        if (parse_role(word, role) && (!highest || role > *highest)) highest = role;
    };
    const auto* claim = claims.if_contains(key);
    if (claim == nullptr) return highest;
    if (claim->is_array() && claim->get_array().size() <= kMaxScopes) {
        for (const auto& word : claim->get_array()) {
            if (word.is_string()) take({word.get_string().data(), word.get_string().size()});
        }
    }
    for (std::string_view rest = text_of(claims, key); !rest.empty();) {
        const auto end = std::min(rest.find(' '), rest.size());
        take(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return highest;
}
}  // namespace

struct JwtVerifier::Key {
    KeyPointer key;
    std::string_view algorithm;  // as a token's header must call it
    const EVP_MD* digest;        // null for Ed25519, which brings its own
};

JwtVerifier::JwtVerifier(Config config, std::unique_ptr<Key> key) : config_{std::move(config)}, key_{std::move(key)} {}
JwtVerifier::JwtVerifier(JwtVerifier&&) noexcept = default;
JwtVerifier& JwtVerifier::operator=(JwtVerifier&&) noexcept = default;
JwtVerifier::~JwtVerifier() = default;

Result<JwtVerifier> JwtVerifier::make(Config config) {
    if (config.issuer.empty() || config.audience.empty()) {
        return fail(Code::invalid_argument, "tokens need both an issuer and an audience to be checked against; set both");
    }
    const BioPointer bio{BIO_new_mem_buf(config.public_key.data(), static_cast<int>(config.public_key.size()))};
    KeyPointer key{bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr};
    ERR_clear_error();
    if (!key) return fail(Code::invalid_argument, "the key that tokens are signed with must be a public key in PEM (BEGIN PUBLIC KEY)");
    const int kind = EVP_PKEY_get_base_id(key.get());
    if (kind == EVP_PKEY_ED25519) { return JwtVerifier{std::move(config), std::make_unique<Key>(Key{std::move(key), "EdDSA", nullptr})}; }
    if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key.get()) >= kLeastRsaBits) {
        return JwtVerifier{std::move(config), std::make_unique<Key>(Key{std::move(key), "RS256", EVP_sha256()})};
    }
    return fail(Code::invalid_argument,
                fmt::format("the key that tokens are signed with must be Ed25519, or RSA of {} bits and more", kLeastRsaBits));
}

Status JwtVerifier::check_signature(std::string_view signed_part, std::string_view signature) const {
    const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
    const DigestPointer context{EVP_MD_CTX_new()};
    const bool good = context && EVP_DigestVerifyInit(context.get(), nullptr, key_->digest, nullptr, key_->key.get()) == 1 &&
                      EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(signed_part), signed_part.size()) == 1;
    if (good) return {};
    ERR_clear_error();  // the next user of this thread's queue must not find ours
    return refuse("TOKEN_SIGNATURE", "the token is not signed by the configured issuer");
}

Result<Principal> JwtVerifier::verify(std::string_view token, WallTime now) const {
    if (token.size() > kMaxBytes) return malformed();
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return malformed();
    const auto header = decode_object(token.substr(0, first));
    const auto signature = decode(token.substr(second + 1));
    if (!header || !signature) return malformed();
    // `crit` lists extensions that must be understood; we know none.
    if (text_of(*header, "alg") != key_->algorithm || header->contains("crit")) {
        return refuse("TOKEN_SIGNATURE", fmt::format("the token must be signed with {}", key_->algorithm));
    }
    // Nothing of what the token claims is looked at before its signature.
    if (const auto signed_well = check_signature(token.substr(0, second), *signature); !signed_well) return propagate(signed_well);

    const auto claims = decode_object(token.substr(first + 1, second - first - 1));
    if (!claims) return malformed();
    const auto lacking = [](const char* what) { return refuse("TOKEN_CLAIMS", fmt::format("the token's {}", what)); };
    const auto expires = time_of(*claims, "exp");
    const auto begins = time_of(*claims, "nbf");
    if (!expires || !begins) return lacking("times are not both there; exp and nbf are required");
    if (now >= *expires + config_.leeway) return refuse("TOKEN_EXPIRED", "the token has expired; get a new one");
    if (now + config_.leeway < *begins) return refuse("TOKEN_NOT_YET_VALID", "the token is not valid yet; look at both clocks");
    if (text_of(*claims, "iss") != config_.issuer) return lacking("issuer (iss) is not the configured one");
    if (!names_audience(*claims, config_.audience)) return lacking("audience (aud) is not this server");
    const auto user = text_of(*claims, config_.user_claim);
    if (!valid_id(user)) return lacking("user claim must be 1 to 128 of A-Z a-z 0-9 . _ : -");
    const auto tenant = claims->contains(config_.tenant_claim) ? text_of(*claims, config_.tenant_claim) : std::string_view{"default"};
    if (!valid_id(tenant)) return lacking("tenant claim must be 1 to 128 of A-Z a-z 0-9 . _ : -");
    const auto role = role_of(*claims, config_.scope_claim);
    if (!role) return lacking("scope claim must name user, operator or admin");
    return Principal{.scope = {TenantId{tenant}, UserId{user}},
                     .role = *role,
                     .key = fmt::format("jwt:{}/{}", tenant, user),
                     .limits = config_.limits,
                     .budget = {},
                     .expires = *expires + config_.leeway};
}
}  // namespace rondo::guard
