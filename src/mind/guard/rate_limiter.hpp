#pragma once
#include "base/async/gcra.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rondo::guard {
/// What one key may use; 0: no limit of that kind. At most 10^9.
struct Limits {
    std::int64_t requests_per_minute{0};
    std::int64_t tokens_per_minute{0};
    bool operator==(const Limits&) const = default;
};

/// Limits requests and tokens of each key. A minute's worth may come at once, then they flow evenly (base/async/gcra.hpp).
///
/// Requests are taken before the work; tokens are counted when they are known, and a key whose tokens are used up is refused
/// until they have grown again. Nothing is stored: a restart forgets what was used, at most one minute's worth.
/// Thread-safe, each call holds the lock for one look-up. Bounded: a key that is idle is forgotten when its place is needed; with
/// `max_keys` busy ones a new key is refused.
class RateLimiter {
public:
    static constexpr std::size_t kDefaultKeys = 100'000;
    explicit RateLimiter(std::size_t max_keys = kDefaultKeys) : max_keys_{max_keys} {}

    struct Window {
        std::int64_t limit{0}, remaining{0};
        Clock::duration reset_after{};
    };
    struct Verdict {
        bool admitted{true};
        const char* refused_by{""};     ///< "requests", "tokens" or "keys" (too many are busy)
        Clock::duration retry_after{};  ///< 0 when admitted
        std::optional<Window> requests{}, tokens{};  ///< of the kinds that are limited
    };
    /// One request of `key`. What is refused takes nothing.
    Verdict admit(std::string_view key, const Limits& limits, TimePoint now);
    /// What a request used in the end. A key without a limit of tokens is not remembered for it.
    void spend(std::string_view key, const Limits& limits, std::int64_t tokens, TimePoint now);

    [[nodiscard]] std::size_t keys() const;  ///< remembered now

private:
    struct Entry {
        std::string key;
        Gcra requests, tokens;
        [[nodiscard]] bool idle(TimePoint now) const { return requests.idle(now) && tokens.idle(now); }
    };
    using Order = std::list<Entry>;  // most recently used first
    Entry* enter(std::string_view key, TimePoint now);
    bool make_room(TimePoint now);

    std::size_t max_keys_;
    mutable std::mutex mutex_;  // guards what follows
    Order order_;
    std::unordered_map<std::string_view, Order::iterator> by_key_;  // the names lie in the entries
};
}  // namespace rondo::guard
