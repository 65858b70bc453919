#pragma once
#include "base/async/context.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rondo::ledger {
/// What a budget may be set for. The numbers are on disk.
enum class SubjectKind : std::uint8_t { tenant = 0, user = 1, key = 2, session = 3 };
inline constexpr std::array kSubjectKinds{SubjectKind::tenant, SubjectKind::user, SubjectKind::key, SubjectKind::session};
[[nodiscard]] std::string_view name(SubjectKind kind) noexcept;  ///< "tenant", "user", "key", "session"

/// A subject as views into somebody else's strings: what look-ups are made with.
struct SubjectView {
    SubjectKind kind;
    std::string_view tenant, id;
    bool operator==(const SubjectView&) const = default;
};

/// Whose money: a tenant, or somebody or something of one tenant.
struct Subject {
    SubjectKind kind{SubjectKind::user};
    TenantId tenant{};
    std::string id{};  ///< the user, API key or session; "" for the tenant itself
    auto operator<=>(const Subject&) const = default;
    [[nodiscard]] SubjectView view() const { return {kind, tenant.value, id}; }
};

/// "user:ada"; of a tenant "tenant:" and its name.
[[nodiscard]] std::string text(const Subject& subject);
/// Reads what text() writes, inside `tenant`; a name without a kind is a user. Another tenant's name is refused.
/// Errors: `invalid_argument`, `not_found` (another tenant).
[[nodiscard]] Result<Subject> parse_subject(const TenantId& tenant, std::string_view text);

/// Who a call is made for. It falls under the budgets of all subjects that are named; "" names none.
struct Spender {
    Scope scope;
    std::string key{};      ///< id of the API key
    std::string session{};

    /// False when the spender has no subject of this kind.
    [[nodiscard]] bool has(SubjectKind kind) const;
    [[nodiscard]] SubjectView subject(SubjectKind kind) const;
};

/// The one who pays for what a call does in a session ("" for none).
[[nodiscard]] Spender spender_of(const CallContext& ctx, std::string session);

struct SubjectHash {
    using is_transparent = void;
    std::size_t operator()(const SubjectView& subject) const noexcept;
    std::size_t operator()(const Subject& subject) const noexcept { return (*this)(subject.view()); }
};
struct SubjectEqual {
    using is_transparent = void;
    bool operator()(const Subject& a, const Subject& b) const { return a == b; }
    bool operator()(const SubjectView& a, const Subject& b) const { return a == b.view(); }
    bool operator()(const Subject& a, const SubjectView& b) const { return a.view() == b; }
};
}  // namespace rondo::ledger
