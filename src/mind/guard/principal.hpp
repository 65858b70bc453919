#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "mind/guard/access_policy.hpp"
#include "mind/guard/rate_limiter.hpp"

#include <optional>
#include <string>

namespace rondo::guard {
/// Who calls, as far as a key, a token or an open server tells. A value.
struct Principal {
    Scope scope;
    Role role{Role::user};
    std::string key;     ///< what limits and audit lines go by: a key's id, "jwt:<tenant>/<user>"; empty: anonymous
    Limits limits{};
    std::string budget;  ///< whose budget pays; empty: the user's own
    std::optional<WallTime> expires{};  ///< of a token; keys are looked up

    [[nodiscard]] bool anonymous() const { return key.empty(); }
};
}  // namespace rondo::guard
