#pragma once
#include "base/clock.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace rondo::store {
/// Names with values that expire. Pure: the caller passes `now`; not thread-safe. Expired entries are gone for every reader at
/// once and leave memory when anything is put.
template <class Value>
class TtlMap {
public:
    /// The live value, or null. Valid until the next change.
    [[nodiscard]] Value* find(std::string_view name, TimePoint now) {
        const auto it = entries_.find(name);
        return it != entries_.end() && it->second.expiry->first > now ? &it->second.value : nullptr;
    }
    void put(std::string_view name, Value value, TimePoint until) {
        erase(name);
        const auto entry = entries_.try_emplace(std::string{name}, Entry{std::move(value), {}}).first;
        entry->second.expiry = expiries_.emplace(until, &entry->first);  // nodes of an unordered_map stay where they are
    }
    bool erase(std::string_view name) {
        const auto it = entries_.find(name);
        if (it == entries_.end()) return false;
        expiries_.erase(it->second.expiry);
        entries_.erase(it);
        return true;
    }
    /// Moves the expiry of an entry that find() gave.
    void extend(std::string_view name, TimePoint until) {
        const auto it = entries_.find(name);
        expiries_.erase(it->second.expiry);
        it->second.expiry = expiries_.emplace(until, &it->first);
    }
    void drop_expired(TimePoint now) {
        while (!expiries_.empty() && expiries_.begin()->first <= now) drop_first();
    }
    /// Drops the entry that would expire first; there must be one.
    void drop_first() {
        const auto first = expiries_.begin();
        entries_.erase(entries_.find(*first->second));
        expiries_.erase(first);
    }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    using Expiries = std::multimap<TimePoint, const std::string*>;
    struct Entry {
        Value value;
        typename Expiries::iterator expiry;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
    };
    std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries_;
    Expiries expiries_;
};
}  // namespace rondo::store
