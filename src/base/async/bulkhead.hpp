#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace rondo {
/// Permits for one dependency and the queue of those who wait for one, first come first served: a slow dependency fills its own
/// permits and nobody else's.
///
/// Pure: how a waiter waits, how long and on which thread is its owner's business. A permit that is given back passes
/// straight to the longest waiting, so nobody overtakes the queue. Every permit held must be given back once. Not thread-safe.
class Bulkhead {
public:
    using Waiter = std::uint64_t;

    /// `permits` >= 1; `queue`: how many may wait.
    Bulkhead(std::size_t permits, std::size_t queue) : permits_{permits}, queue_limit_{queue} {}

    /// Takes a permit when one is free and nobody waits.
    [[nodiscard]] bool try_enter();
    /// Joins the queue; nullopt: it is full.
    [[nodiscard]] std::optional<Waiter> join();
    /// Gives up waiting. False: the permit had just been passed on to this waiter, who holds it now.
    [[nodiscard]] bool abandon(Waiter waiter);
    /// Gives a permit back; who holds it now, if somebody waited.
    [[nodiscard]] std::optional<Waiter> leave();
    /// Changes the limits. Who was waiting and holds a permit now; a smaller number takes effect as permits come back.
    [[nodiscard]] std::vector<Waiter> resize(std::size_t permits, std::size_t queue);

    [[nodiscard]] std::size_t in_use() const { return in_use_; }
    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

private:
    std::optional<Waiter> pass_on();

    std::size_t permits_, queue_limit_;
    std::size_t in_use_{0};
    Waiter last_{0};
    std::deque<Waiter> queue_;  // ascending
};
}  // namespace rondo
