#include "allocator.hpp"

#include <cstddef>

/// jemalloc's control interface; not there when another allocator is linked.
extern "C" [[gnu::weak]] int mallctl(const char* name, void* old_value, std::size_t* old_size, void* new_value, std::size_t new_size);

namespace rondo::bench {
void release_unused_pages() {
    if (mallctl == nullptr) return;
    constexpr const char* kAllArenas = "arena.4096.purge";  // MALLCTL_ARENAS_ALL
    mallctl(kAllArenas, nullptr, nullptr, nullptr, 0);
}
}  // namespace rondo::bench
