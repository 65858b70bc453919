#include "mind/guard/access_policy.hpp"

#include <algorithm>
#include <array>

namespace rondo::guard {
namespace {
using enum Verdict;

/// One line of the table. Nothing that is not listed is allowed.
struct Rule {
    Resource resource;
    Action action;
    Role role;
    Verdict own, of_tenant;
};
constexpr std::array kRules{
    Rule{Resource::catalog, Action::read, Role::user, allowed, allowed},
    Rule{Resource::catalog, Action::read, Role::supervisor, allowed, allowed},
    Rule{Resource::catalog, Action::read, Role::admin, allowed, allowed},

    Rule{Resource::models, Action::read, Role::user, allowed, hidden},
    Rule{Resource::models, Action::read, Role::supervisor, allowed, hidden},
    Rule{Resource::models, Action::read, Role::admin, allowed, hidden},

    Rule{Resource::sessions, Action::read, Role::user, allowed, hidden},
    Rule{Resource::sessions, Action::read, Role::supervisor, allowed, redacted},
    Rule{Resource::sessions, Action::read, Role::admin, allowed, allowed},
    Rule{Resource::sessions, Action::change, Role::user, allowed, hidden},
    Rule{Resource::sessions, Action::change, Role::supervisor, allowed, hidden},
    Rule{Resource::sessions, Action::change, Role::admin, allowed, allowed},

    Rule{Resource::turns, Action::read, Role::user, allowed, hidden},
    Rule{Resource::turns, Action::read, Role::supervisor, allowed, hidden},  // events are texts
    Rule{Resource::turns, Action::read, Role::admin, allowed, allowed},
    Rule{Resource::turns, Action::change, Role::user, allowed, hidden},
    Rule{Resource::turns, Action::change, Role::supervisor, allowed, hidden},
    Rule{Resource::turns, Action::change, Role::admin, allowed, allowed},

    Rule{Resource::usage, Action::read, Role::user, allowed, hidden},
    Rule{Resource::usage, Action::read, Role::supervisor, allowed, allowed},
    Rule{Resource::usage, Action::read, Role::admin, allowed, allowed},

    Rule{Resource::budgets, Action::read, Role::user, allowed, hidden},
    Rule{Resource::budgets, Action::read, Role::supervisor, allowed, allowed},
    Rule{Resource::budgets, Action::read, Role::admin, allowed, allowed},
    Rule{Resource::budgets, Action::change, Role::admin, allowed, allowed},

    Rule{Resource::settings, Action::read, Role::supervisor, allowed, allowed},
    Rule{Resource::settings, Action::read, Role::admin, allowed, allowed},
    Rule{Resource::settings, Action::change, Role::admin, allowed, allowed},

    Rule{Resource::operations, Action::read, Role::supervisor, allowed, allowed},
    Rule{Resource::operations, Action::read, Role::admin, allowed, allowed},

    Rule{Resource::metrics, Action::read, Role::supervisor, allowed, allowed},
    Rule{Resource::metrics, Action::read, Role::admin, allowed, allowed},
};

/// Of this there is something for each tenant; the rest is the server's.
bool of_tenants(Resource resource) {
    switch (resource) {
        case Resource::sessions:
        case Resource::turns:
        case Resource::usage:
        case Resource::budgets: return true;
        default: return false;
    }
}

struct Named {
    Role role;
    std::string_view word;
};
constexpr std::array kRoles{Named{Role::user, "user"}, Named{Role::supervisor, "operator"}, Named{Role::admin, "admin"}};
}  // namespace

std::string_view name(Role role) noexcept { return kRoles[static_cast<std::size_t>(role)].word; }

bool parse_role(std::string_view word, Role& out) noexcept {
    const auto* found = std::ranges::find(kRoles, word, &Named::word);
    if (found == kRoles.end()) return false;
    out = found->role;
    return true;
}

Verdict AccessPolicy::decide(Role role, Resource resource, Action action, Owner owner) noexcept {
    if (resource == Resource::open) return action == Action::read ? allowed : forbidden;
    // Another tenant's data is not there, whoever asks: no role reaches beyond its tenant.
    if (owner == Owner::stranger && of_tenants(resource)) return hidden;
    const auto* rule =
        std::ranges::find_if(kRules, [&](const Rule& r) { return r.resource == resource && r.action == action && r.role == role; });
    if (rule == kRules.end()) return forbidden;
    return owner == Owner::self ? rule->own : rule->of_tenant;
}

Reach AccessPolicy::reach(Role role, Resource resource, Action action) noexcept {
    const Verdict others = decide(role, resource, action, Owner::tenant);
    return others == allowed || others == redacted ? Reach::tenant : Reach::own;
}
}  // namespace rondo::guard
