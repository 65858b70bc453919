#pragma once
#include "app/key_folder.hpp"
#include "base/clock.hpp"
#include "platform/net/message.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace rondo::support {
/// Makes a key as `rondo keys create` does and returns its text. Throws when it cannot.
inline std::string make_key(const std::filesystem::path& data, guard::KeyRequest wanted) {
    if (wanted.name.empty()) wanted.name = wanted.scope.user.value;
    std::string text;
    const auto changed = app::KeyFolder{data}.change([&](guard::KeyBook& book) -> Status {
        auto made = book.create(wanted, guard::random_key_id(), guard::random_secret(), Clock::wall());
        if (!made) return propagate(made);
        text = made->text;
        return {};
    });
    if (!changed) throw std::runtime_error{"the key cannot be made: " + changed.error().message};
    return text;
}
inline std::string make_key(const std::filesystem::path& data, const char* tenant, const char* user, guard::Role role = guard::Role::user,
                            guard::Limits limits = {}) {
    return make_key(data, {.name = {}, .role = role, .scope = {TenantId{tenant}, UserId{user}}, .limits = limits});
}

[[nodiscard]] inline net::Header bearer(const std::string& key) { return {"Authorization", "Bearer " + key}; }
}  // namespace rondo::support
