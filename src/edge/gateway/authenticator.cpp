#include "edge/gateway/authenticator.hpp"

#include "mind/guard/key_text.hpp"

#include <algorithm>

namespace rondo::gateway {
namespace {
constexpr std::string_view kBearer = "bearer ";

/// The credential that was sent; Authorization wins, for proxies and SDKs set x-api-key on their own.
std::string_view credential(const net::Request& request) {
    auto sent = request.header("authorization");
    if (sent.size() < kBearer.size() || !net::same_word(sent.substr(0, kBearer.size()), kBearer)) return request.header("x-api-key");
    sent.remove_prefix(kBearer.size());
    while (sent.starts_with(' ')) sent.remove_prefix(1);
    return sent;
}
}  // namespace

guard::Principal Authenticator::anonymous() {
    return {.scope = {TenantId{"default"}, UserId{"anonymous"}}, .role = guard::Role::admin, .key = {}, .limits = {}, .budget = {}};
}

Result<guard::Principal> Authenticator::authenticate(const net::Request& request) const {
    const auto sent = credential(request);
    const auto keys = sources_.keys();
    // SDKs send some key in any case; one of ours was meant to be good.
    if (open() && !sent.starts_with(guard::kKeyPrefix)) return anonymous();
    if (sent.empty()) {
        return fail(Error{.code = Code::unauthenticated,
                          .message = "this server wants a key: send `authorization: Bearer rk_…` (made with `rondo keys create`)",
                          .reason = "KEY_REQUIRED"});
    }
    // A token has two dots, a key none.
    if (sources_.tokens && std::ranges::count(sent, '.') == 2) return sources_.tokens->verify(sent, Clock::wall());
    return by_key(sent, *keys);
}

Status Authenticator::check_again(const guard::Principal& who) const {
    const auto gone = [](const char* message, const char* reason) -> Status {
        return fail(Error{.code = Code::unauthenticated, .message = message, .reason = reason});
    };
    if (who.anonymous()) return open() ? Status{} : gone("this server wants a key by now", "KEY_REQUIRED");
    const auto now = Clock::wall();
    if (who.expires) return now < *who.expires ? Status{} : gone("the token has expired; get a new one", "TOKEN_EXPIRED");
    const auto keys = sources_.keys();
    const auto record = keys->records().find(who.key);
    if (record == keys->records().end() || record->second.revoked) return gone("the key was revoked; ask for another", "KEY_REVOKED");
    const auto& expires = record->second.expires;
    return !expires || now < *expires ? Status{} : gone("the key has expired; ask for another", "KEY_EXPIRED");
}

Result<guard::Principal> Authenticator::by_key(std::string_view text, const guard::KeyBook& keys) const {
    const auto now = Clock::wall();
    const auto record = keys.verify(text, now);
    if (!record) return propagate(record);
    if (sources_.used) sources_.used->mark((*record)->id, now);
    auto who = guard::principal_of(**record);
    if (who.limits.requests_per_minute == 0) who.limits.requests_per_minute = sources_.limits.requests_per_minute;
    if (who.limits.tokens_per_minute == 0) who.limits.tokens_per_minute = sources_.limits.tokens_per_minute;
    return who;
}
}  // namespace rondo::gateway
