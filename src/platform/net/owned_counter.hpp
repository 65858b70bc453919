#pragma once
#include <atomic>
#include <cstdint>

namespace rondo::net {
/// A counter that one thread writes and any may read: no locked instruction.
class OwnedCounter {
public:
    void add(std::uint64_t amount = 1) { set(read() + amount); }
    void drop() { set(read() - 1); }
    void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};
}  // namespace rondo::net
