#pragma once
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace rondo::net {
/// Bytes received and not yet consumed, contiguous. Begins small, doubles while reads fill it or bytes wait in it, never
/// passes `max_bytes`, and gives the memory back between requests.
class InputBuffer {
public:
    struct Space {
        char* data;
        std::size_t bytes;
    };

    explicit InputBuffer(std::size_t max_bytes) : max_bytes_{max_bytes} {}

    [[nodiscard]] std::string_view bytes() const { return {memory_.get() + begin_, end_ - begin_}; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    void consume(std::size_t bytes) {
        begin_ += bytes;
        if (begin_ == end_) begin_ = end_ = 0;
    }

    /// Room for the next read; none when `max_bytes` are waiting.
    [[nodiscard]] Space prepare() {
        const std::size_t wanted = std::min(std::max({kSmallest, filled_ ? 2 * capacity_ : capacity_}), max_bytes_);
        if (wanted > capacity_) {
            move_to(wanted);
        } else if (begin_ > 0) {
            std::memmove(memory_.get(), memory_.get() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        return {memory_.get() + end_, capacity_ - end_};
    }
    void commit(std::size_t bytes) {
        end_ += bytes;
        filled_ = end_ == capacity_;
    }
    /// Adds what was received elsewhere, as far as `max_bytes` allow.
    void put(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto space = prepare();
            const std::size_t part = std::min(space.bytes, bytes.size());
            if (part == 0) return;
            std::memcpy(space.data, bytes.data(), part);
            commit(part);
            bytes.remove_prefix(part);
        }
    }
    /// Between two requests a connection keeps little.
    void relax() {
        if (capacity_ > 8 * kSmallest) release();
    }
    /// Gives all memory back if no bytes wait in it.
    void release() {
        if (!empty()) return;
        capacity_ = 0;
        filled_ = false;
        memory_.reset();
    }

private:
    static constexpr std::size_t kSmallest = 2048;
    void move_to(std::size_t capacity) {
        auto memory = std::make_unique_for_overwrite<char[]>(capacity);
        if (!empty()) std::memcpy(memory.get(), memory_.get() + begin_, end_ - begin_);
        memory_ = std::move(memory);
        capacity_ = capacity;
        end_ -= begin_;
        begin_ = 0;
    }

    std::size_t max_bytes_;
    std::unique_ptr<char[]> memory_;
    std::size_t capacity_{0}, begin_{0}, end_{0};
    bool filled_{false};  // the last read left no room
};
}  // namespace rondo::net
