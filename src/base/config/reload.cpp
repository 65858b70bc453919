#include "base/config/reload.hpp"

#include "base/config/convert.hpp"

namespace rondo::config {
namespace {
bool same(const FieldRef& a, const FieldRef& b) {
    return std::visit(
        [&b](const auto& left) {
            using Kind = std::decay_t<decltype(left)>;
            const auto& right = std::get<Kind>(b.target);
            if constexpr (std::is_pointer_v<Kind>) return *left == *right;
            else return left.get(left.target) == right.get(right.target);
        },
        a.target);
}

void copy(const FieldRef& from, const FieldRef& to) {
    std::visit(
        [&to](const auto& source) {
            using Kind = std::decay_t<decltype(source)>;
            const auto& target = std::get<Kind>(to.target);
            if constexpr (std::is_pointer_v<Kind>) *target = *source;
            else target.set(target.target, source.get(source.target));
        },
        from.target);
}
}  // namespace

void keep_running(const Description& running, std::span<const Setting> running_settings, const Description& next,
                  std::vector<Setting>& next_settings) {
    for (std::size_t i = 0; i < next.fields().size(); ++i) {
        const FieldRef& before = running.fields()[i];
        const FieldRef& now = next.fields()[i];
        if (now.reload == Reload::live || same(before, now)) continue;
        next_settings[i].pending = next_settings[i].value;
        next_settings[i].value = running_settings[i].value;
        next_settings[i].source = running_settings[i].source;
        copy(before, now);
    }
}

std::vector<std::string> waiting_for_restart(std::span<const Setting> settings) {
    std::vector<std::string> keys;
    for (const auto& setting : settings) {
        if (setting.pending) keys.push_back(setting.key);
    }
    return keys;
}
}  // namespace rondo::config
