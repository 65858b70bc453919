#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace rondo::guard {
/// When each key was last used, to the minute: enough to find keys nobody needs, and cheap. Thread-safe.
/// Bounded by the number of keys there are; who marks a key has verified it.
class LastUsed {
public:
    using Times = std::map<std::string, WallTime, std::less<>>;
    LastUsed() = default;
    explicit LastUsed(Times times) : times_{std::move(times)} {}

    void mark(std::string_view id, WallTime now);
    [[nodiscard]] Times times() const;
    /// True once after marks that changed something.
    [[nodiscard]] bool take_changed();

private:
    mutable std::mutex mutex_;  // guards what follows
    Times times_;
    bool changed_{false};
};

/// As the text of a file: {"<id>": <microseconds since 1970>}.
[[nodiscard]] std::string write_last_used(const LastUsed::Times& times);
/// Damage costs only these times: what cannot be read is left out.
[[nodiscard]] LastUsed::Times read_last_used(std::string_view text);
}  // namespace rondo::guard
