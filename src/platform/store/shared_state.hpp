#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rondo::store {
class SharedState;

/// The right to be the only one at work on `name` until `until`, given back when it goes. Must not outlive its SharedState.
///
/// It can be lost by time while its holder sleeps; only the fencing token, presented with every write (Batch::fence), keeps a
/// holder that lost it from doing harm.
class Lease {
public:
    Lease(SharedState& owner, std::string name, std::int64_t token, TimePoint until)
        : owner_{&owner}, name_{std::move(name)}, token_{token}, until_{until} {}
    Lease(Lease&& other) noexcept
        : owner_{std::exchange(other.owner_, nullptr)}, name_{std::move(other.name_)}, token_{other.token_}, until_{other.until_} {}
    Lease& operator=(Lease&& other) noexcept {
        std::swap(owner_, other.owner_);
        std::swap(name_, other.name_);
        std::swap(token_, other.token_);
        std::swap(until_, other.until_);
        return *this;
    }
    ~Lease();

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::int64_t token() const { return token_; }
    [[nodiscard]] TimePoint until() const { return until_; }
    /// Holds it until `ttl` from now. False: it is lost, stop working.
    [[nodiscard]] bool renew(Clock::duration ttl);

private:
    SharedState* owner_;  // null once moved from
    std::string name_;
    std::int64_t token_;
    TimePoint until_;
};

/// State that several servers share: fast, lossy and rebuildable. Nothing that was acknowledged lives only here. In this process
/// for now, in Redis when there are many. Thread-safe; times are of `rondo::Clock`.
class SharedState {
public:
    virtual ~SharedState() = default;

    /// `token` (Database::next_token) names the holder. Errors: `aborted`, reason LEASE_HELD (somebody has it); `resource_exhausted`.
    [[nodiscard]] virtual Result<Lease> acquire(std::string_view name, std::int64_t token, Clock::duration ttl) = 0;
    /// Lease::renew and ~Lease call these. renew is false, and release does nothing, when `token` does not hold `name` now.
    [[nodiscard]] virtual bool renew(std::string_view name, std::int64_t token, Clock::duration ttl) = 0;
    virtual void release(std::string_view name, std::int64_t token) = 0;

    /// Values that expire. When full, the ones that would expire first go early and are counted.
    virtual void put(std::string_view name, std::string value, Clock::duration ttl) = 0;
    [[nodiscard]] virtual std::optional<std::string> get(std::string_view name) = 0;

    /// Adds to a counter and returns its value; the counter starts again at 0 once `window` has passed since its first add.
    virtual std::int64_t add(std::string_view name, std::int64_t delta, Clock::duration window) = 0;

    struct Stats {
        std::int64_t leases, values, counters, evicted_early;
    };
    [[nodiscard]] virtual Stats stats() const = 0;
};

struct LocalStateLimits {
    std::size_t leases{1'000'000};
    std::size_t values{100'000};
    std::size_t counters{100'000};
};
[[nodiscard]] std::unique_ptr<SharedState> make_local_state(LocalStateLimits limits = {});
}  // namespace rondo::store
