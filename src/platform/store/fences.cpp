#include "platform/store/fences.hpp"

#include <algorithm>
#include <utility>

namespace rondo::store {
bool Fences::admits(std::int64_t key, std::int64_t token) const {
    if (generation_of(token) != generation_) return false;
    if (const auto it = young_.find(key); it != young_.end()) return token >= it->second;
    if (const auto it = old_.find(key); it != old_.end()) return token >= it->second;
    return token > floor_;
}

void Fences::raise(std::int64_t key, std::int64_t token) {
    young_highest_ = std::max(young_highest_, token);
    if (!young_.insert_or_assign(key, token).second || young_.size() < half_) return;
    floor_ = std::max(floor_, old_highest_);
    old_ = std::exchange(young_, {});
    old_highest_ = std::exchange(young_highest_, 0);
}
}  // namespace rondo::store
