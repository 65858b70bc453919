#pragma once
#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace rondo {
/// A string that cannot be mistaken for another kind of string.
template <class Tag>
struct Id {
    std::string value;

    Id() = default;
    explicit Id(std::string text) : value{std::move(text)} {}
    explicit Id(std::string_view text) : value{text} {}
    explicit Id(const char* text) : value{text} {}
    [[nodiscard]] bool empty() const noexcept { return value.empty(); }
    auto operator<=>(const Id&) const = default;
};

using TenantId = Id<struct TenantTag>;
using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>;

/// Whose data this is. A mandatory argument of every repository, cache, index and ledger call.
struct Scope {
    TenantId tenant;
    UserId user;
    auto operator<=>(const Scope&) const = default;
};

/// How much of its tenant's data a caller sees: its own, or everybody's.
enum class Reach : unsigned char { own, tenant };

/// True when `text` may name a session, user or message: 1 to 128 of [A-Za-z0-9._:-].
[[nodiscard]] bool valid_id(std::string_view text) noexcept;

class Rng;
/// `prefix` + 26 characters that sort by creation time: 48 bits of wall-clock milliseconds, 80 random bits,
/// Crockford base 32 (the ULID layout).
[[nodiscard]] std::string new_id(std::string_view prefix, Rng& rng);
}  // namespace rondo

template <class Tag>
struct std::hash<rondo::Id<Tag>> {
    std::size_t operator()(const rondo::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.value); }
};
