#pragma once

namespace rondo::bench {
/// Gives pages the allocator keeps for reuse back to the system, so that resident memory is what is in use, whatever was
/// freed a moment ago. Without jemalloc (sanitizer builds) nothing happens. Thread-safe.
void release_unused_pages();
}  // namespace rondo::bench
