#pragma once
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace rondo::store {
/// A fencing token: the process's generation and, below it, a counter of 40 bits: years at any rate, where 32 bits would begin
/// anew within weeks. Both only grow, so later tokens are greater.
constexpr int kCounterBits = 40;
[[nodiscard]] constexpr std::int64_t make_token(std::int64_t generation, std::int64_t counter) noexcept {
    return (generation << kCounterBits) | counter;
}
[[nodiscard]] constexpr std::int64_t generation_of(std::int64_t token) noexcept { return token >> kCounterBits; }

/// Remembers the highest token presented for each key and refuses lower ones. Used by the writer thread alone.
///
/// In memory only, and that is enough. A stale token is one that was issued before a token already presented for its key.
/// - Issued by this process: the higher token was presented to this object, which still knows it or has let it go; in the
///   second case `floor_` is at least as high, and every token at or below the floor is refused when its key is unknown.
/// - Issued by an earlier process: refused by its generation. That refuses no living holder: generations are counted in the
///   database, committed before the first token is issued, and one process at a time holds the database's lock; whoever
///   held an older token died with its process, and its work is taken up again under a new token.
/// A higher token counts from when it is presented, even if its batch is rolled back: its holder exists, so the lower one is
/// stale either way.
///
/// Bounded: two halves of `half` keys. When the young half is full it becomes the old one and the former old one is let go,
/// raising the floor to its highest token. A holder is refused wrongly only after `half` other keys were written under later
/// tokens since its own last write; it then gives up like any holder that lost its lease.
class Fences {
public:
    static constexpr std::size_t kDefaultHalf = std::size_t{1} << 18U;

    explicit Fences(std::int64_t generation, std::size_t half = kDefaultHalf) : generation_{generation}, half_{half} {}

    /// True when no higher token was presented for `key`.
    [[nodiscard]] bool admits(std::int64_t key, std::int64_t token) const;
    /// `token` has been presented for `key`; call after admits().
    void raise(std::int64_t key, std::int64_t token);
    [[nodiscard]] std::size_t size() const noexcept { return young_.size() + old_.size(); }

private:
    using Half = std::unordered_map<std::int64_t, std::int64_t>;

    std::int64_t generation_;
    std::size_t half_;
    Half young_, old_;
    std::int64_t young_highest_{0}, old_highest_{0}, floor_{0};
};
}  // namespace rondo::store
