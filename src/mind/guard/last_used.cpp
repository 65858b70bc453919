#include "mind/guard/last_used.hpp"

#include "base/json.hpp"
#include "mind/guard/key_book.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <utility>

namespace rondo::guard {
void LastUsed::mark(std::string_view id, WallTime now) {
    const auto minute = std::chrono::floor<std::chrono::minutes>(now);
    const std::scoped_lock lock{mutex_};
    auto at = times_.find(id);
    if (at == times_.end()) at = times_.emplace(std::string{id}, WallTime{}).first;
    if (at->second >= minute) return;
    at->second = minute;
    changed_ = true;
}

LastUsed::Times LastUsed::times() const {
    const std::scoped_lock lock{mutex_};
    return times_;
}

bool LastUsed::take_changed() {
    const std::scoped_lock lock{mutex_};
    return std::exchange(changed_, false);
}

std::string write_last_used(const LastUsed::Times& times) {
    boost::json::object out;
    for (const auto& [id, time] : times) out[id] = time.time_since_epoch().count();
    return json::write(out) + "\n";
}

LastUsed::Times read_last_used(std::string_view text) {
    LastUsed::Times times;
    const auto parsed = json::parse(text, {.max_depth = 2, .max_keys = KeyBook::kMaxKeys});
    if (!parsed || !parsed->is_object()) return times;
    for (const auto& [id, value] : parsed->get_object()) {
        if (value.is_int64()) times.emplace(std::string{id}, WallTime{std::chrono::microseconds{value.get_int64()}});
    }
    return times;
}
}  // namespace rondo::guard
