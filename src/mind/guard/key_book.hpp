#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"
#include "mind/guard/key_text.hpp"
#include "mind/guard/principal.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace rondo::guard {
/// BLAKE2b of id and secret under the server's pepper.
using KeyHash = std::array<std::uint8_t, 32>;
/// The server's own secret: without it the hashes of a stolen file cannot even be tried.
using Pepper = std::array<std::uint8_t, 32>;

/// The secret before the last rotation, good until then.
struct FormerSecret {
    KeyHash hash{};
    WallTime until{};
    bool operator==(const FormerSecret&) const = default;
};

/// What is kept of a key; never its secret.
struct KeyRecord {
    std::string id, name;  ///< name: for people, at most kMaxName bytes
    Role role{Role::user};
    Scope scope;           ///< whose data it opens
    KeyHash hash{};
    WallTime created{};
    std::optional<WallTime> expires{}, revoked{};
    std::optional<FormerSecret> former{};
    Limits limits{};
    std::string budget;    ///< whose budget pays; empty: the user's own

    bool operator==(const KeyRecord&) const = default;
};

/// What is asked of a new key.
struct KeyRequest {
    std::string name;
    Role role{Role::user};
    Scope scope;
    std::optional<std::chrono::seconds> lifetime{};
    Limits limits{};
    std::string budget{};
};

/// Every key of a server, by id. A value: the program that changes keys edits one, the server looks keys up in another that
/// does not change (then safe for many threads). Revoked and expired keys stay in it, so that it is known what they were.
/// Bounded by kMaxKeys.
class KeyBook {
public:
    static constexpr std::size_t kMaxKeys = 100'000;
    static constexpr std::size_t kMaxName = 100;

    explicit KeyBook(const Pepper& pepper) : pepper_{pepper} {}

    struct Issued {
        std::string text;  ///< the key; shown once, stored nowhere
        KeyRecord record;
    };
    /// Errors: `invalid_argument` (names the field), `resource_exhausted` (kMaxKeys), `already_exists` (the id; try another).
    [[nodiscard]] Result<Issued> create(const KeyRequest& wanted, const KeyIdBytes& id, const SecretBytes& secret, WallTime now);
    /// A new secret under the same id; the old one stays good for `grace`. Errors: `not_found`, `failed_precondition` (revoked, expired).
    [[nodiscard]] Result<Issued> rotate(std::string_view id, const SecretBytes& secret, std::chrono::seconds grace, WallTime now);
    /// At once and for good; a key that was revoked before stays as it was. Errors: `not_found`.
    [[nodiscard]] Result<KeyRecord> revoke(std::string_view id, WallTime now);
    /// Takes a record as it was kept. Errors: `already_exists`, `resource_exhausted`.
    [[nodiscard]] Status add(KeyRecord record);

    /// The record of the key whose text this is. Some microseconds at most and no disk, good or bad; hashes are compared in
    /// constant time. What is wrong with a key is told only to who has its secret.
    /// Errors: `unauthenticated`, reason KEY_MALFORMED, KEY_UNKNOWN, KEY_REVOKED or KEY_EXPIRED.
    [[nodiscard]] Result<const KeyRecord*> verify(std::string_view text, WallTime now) const;

    [[nodiscard]] const std::map<std::string, KeyRecord, std::less<>>& records() const { return records_; }
    [[nodiscard]] bool empty() const { return records_.empty(); }

private:
    [[nodiscard]] KeyHash hash(std::string_view id, std::string_view secret) const;
    [[nodiscard]] Result<KeyRecord*> find(std::string_view id);

    Pepper pepper_;
    std::map<std::string, KeyRecord, std::less<>> records_;
};

[[nodiscard]] Principal principal_of(const KeyRecord& record);
}  // namespace rondo::guard
