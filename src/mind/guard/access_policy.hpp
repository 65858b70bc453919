#pragma once
#include "base/ids.hpp"

#include <cstdint>
#include <string_view>

/// Who may do what on whose data. Pure tables.
namespace rondo::guard {
/// What a key or a token is for. Each may do what the one before it may on its own data.
enum class Role : std::uint8_t {
    user,       ///< its own conversations
    supervisor, ///< "operator": runs the server and sees everybody's conversations without their texts
    admin,      ///< everything of its tenant, and the server's settings
};
/// As keys, tokens and the API call it: user, operator, admin.
[[nodiscard]] std::string_view name(Role role) noexcept;
/// False, and `out` unchanged, when the word names no role.
[[nodiscard]] bool parse_role(std::string_view word, Role& out) noexcept;

enum class Resource : std::uint8_t {
    open,      ///< the page, the documents, health, version: nobody's data
    catalog,   ///< scenarios, the check of a workflow
    models,    ///< asking a model directly
    sessions,  ///< sessions and their messages
    turns,     ///< saying something, the events of it, ratings
    usage,     ///< what calls used and cost
    budgets,   ///< limits of spending, and how they stand
    settings,  ///< configuration and workflow
    operations,  ///< alerts, the providers' state
    metrics,
};
enum class Action : std::uint8_t { read, change };

/// Whose the data is, seen from the caller.
enum class Owner : std::uint8_t { self, tenant, stranger };

enum class Verdict : std::uint8_t {
    allowed,
    redacted,   ///< without what people said
    hidden,     ///< as if it were not there: 404
    forbidden,  ///< 403
};

class AccessPolicy {
public:
    /// What is in no line of the table is forbidden.
    [[nodiscard]] static Verdict decide(Role role, Resource resource, Action action, Owner owner) noexcept;
    /// Needs no key at all.
    [[nodiscard]] static bool open(Resource resource) noexcept { return resource == Resource::open; }
    /// How far a caller sees: everybody's data of the tenant, with or without its texts, or its own.
    [[nodiscard]] static Reach reach(Role role, Resource resource, Action action) noexcept;
};
}  // namespace rondo::guard
