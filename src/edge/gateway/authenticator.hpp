#pragma once
#include "base/result.hpp"
#include "mind/guard/jwt.hpp"
#include "mind/guard/key_book.hpp"
#include "mind/guard/last_used.hpp"
#include "platform/net/message.hpp"

#include <functional>
#include <memory>

namespace rondo::gateway {
/// Who sent a request: from `authorization: Bearer …` or `x-api-key` to a Principal. Thread-safe; reads memory only.
class Authenticator {
public:
    struct Sources {
        std::function<std::shared_ptr<const guard::KeyBook>()> keys;  ///< those of now; never null
        std::shared_ptr<const guard::JwtVerifier> tokens{};           ///< null: tokens are not accepted
        guard::Limits limits{};         ///< of keys that have none of their own
        bool open_without_keys{false};  ///< while there is no key and no verifier: anonymous, whole tenant "default"
        guard::LastUsed* used{nullptr}; ///< told of every good key; not owned
    };
    explicit Authenticator(Sources sources) : sources_{std::move(sources)} {}

    /// A key of ours that is sent must be good, on an open server, too; what else is sent there is no matter.
    /// Errors: `unauthenticated`, reason KEY_REQUIRED or those of KeyBook::verify and JwtVerifier::verify.
    [[nodiscard]] Result<guard::Principal> authenticate(const net::Request& request) const;

    /// Whether who was let in earlier would be again: its key may have been revoked since, its token may have expired.
    /// Errors: `unauthenticated`, reason KEY_REQUIRED, KEY_REVOKED, KEY_EXPIRED or TOKEN_EXPIRED.
    [[nodiscard]] Status check_again(const guard::Principal& who) const;

    /// Nobody needs to say who they are: there is neither a key nor a verifier, and the server may be open without.
    [[nodiscard]] bool open() const { return sources_.open_without_keys && !sources_.tokens && sources_.keys()->empty(); }

    /// Everybody of the default tenant, before there are keys.
    [[nodiscard]] static guard::Principal anonymous();

private:
    [[nodiscard]] Result<guard::Principal> by_key(std::string_view text, const guard::KeyBook& keys) const;

    Sources sources_;
};
}  // namespace rondo::gateway
