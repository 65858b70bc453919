#include "base/config/reload.hpp"

#include "base/config/convert.hpp"

#include <map>

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
    std::map<std::string_view, std::size_t> places;  // entries of maps come and go
    for (std::size_t i = 0; i < running.fields().size(); ++i) places.emplace(running.fields()[i].key, i);
    for (std::size_t i = 0; i < next.fields().size(); ++i) {
        const FieldRef& now = next.fields()[i];
        const auto place = places.find(now.key);
        if (now.reload == Reload::live || place == places.end()) continue;
        const FieldRef& before = running.fields()[place->second];
        if (same(before, now)) continue;
        next_settings[i].pending = next_settings[i].value;
        next_settings[i].value = running_settings[place->second].value;
        next_settings[i].source = running_settings[place->second].source;
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
