#pragma once
#include "base/clock.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace rondo::config {
/// One published configuration. Immutable; whoever began with it keeps it.
template <class C>
struct Snapshot {
    C value;
    std::uint64_t generation;  ///< from 1, +1 at each publish
    std::string source;        ///< where it came from, e.g. a file's path or "api"
    WallTime loaded_at;
};

/// Holds the current snapshot and tells subscribers of new ones.
///
/// Thread-safe. Subscribers are called on the publishing thread, one publish after the other, in the order they subscribed;
/// they may call current(), but neither publish nor (un)subscribe. Must outlive its subscriptions.
template <class C>
class Live {
public:
    using Pin = std::shared_ptr<const Snapshot<C>>;
    using Callback = std::function<void(const Pin&)>;

    /// Ends when destroyed; after that the callback does not run any more. Move-only.
    class Subscription {
    public:
        Subscription() = default;
        Subscription(Subscription&& other) noexcept : live_{std::exchange(other.live_, nullptr)}, at_{other.at_} {}
        Subscription& operator=(Subscription&& other) noexcept {
            std::swap(live_, other.live_);
            std::swap(at_, other.at_);
            return *this;
        }
        ~Subscription() {
            if (live_) live_->unsubscribe(at_);
        }

    private:
        friend class Live;
        Subscription(Live* live, typename std::list<Callback>::iterator at) : live_{live}, at_{at} {}
        Live* live_{nullptr};
        typename std::list<Callback>::iterator at_{};
    };

    Live(C first, std::string source) { publish(std::move(first), std::move(source)); }
    Live(const Live&) = delete;
    Live& operator=(const Live&) = delete;

    [[nodiscard]] Pin current() const {
        const std::lock_guard lock{mutex_};
        return current_;
    }

    /// Replaces the current snapshot, tells the subscribers, returns the new one. The caller has validated `next`.
    Pin publish(C next, std::string source) {
        const std::lock_guard one_at_a_time{publishing_};
        auto pin = std::make_shared<const Snapshot<C>>(Snapshot<C>{std::move(next), ++generation_, std::move(source), Clock::wall()});
        Pin former;  // the last owner's destructor should not run under the lock
        {
            const std::lock_guard lock{mutex_};
            former = std::exchange(current_, pin);
        }
        for (const auto& callback : callbacks_) callback(pin);
        return pin;
    }

    [[nodiscard]] Subscription subscribe(Callback callback) {
        const std::lock_guard lock{publishing_};
        return {this, callbacks_.insert(callbacks_.end(), std::move(callback))};
    }

private:
    void unsubscribe(typename std::list<Callback>::iterator at) {
        const std::lock_guard lock{publishing_};
        callbacks_.erase(at);
    }

    mutable std::mutex mutex_;  // guards current_
    Pin current_;
    std::mutex publishing_;     // guards generation_ and callbacks_; taken before mutex_
    std::uint64_t generation_{0};
    std::list<Callback> callbacks_;
};
}  // namespace rondo::config
