#include "platform/store/shared_state.hpp"
#include "platform/store/ttl_map.hpp"

#include <mutex>

namespace rondo::store {
namespace {
/// SharedState of one process: three maps behind one mutex, held for a few hundred nanoseconds.
class LocalState final : public SharedState {
public:
    explicit LocalState(LocalStateLimits limits) : limits_{limits} {}

    Result<Lease> acquire(std::string_view name, std::int64_t token, Clock::duration ttl) override {
        const std::scoped_lock lock{mutex_};
        const TimePoint now = Clock::now();
        leases_.drop_expired(now);
        if (leases_.find(name, now) != nullptr)
            return fail(Error{Code::aborted, "another request is at work on it; try again shortly", {}, "LEASE_HELD"});
        // A lease is a promise: unlike values, none is dropped to make room.
        if (leases_.size() >= limits_.leases) return fail(Code::resource_exhausted, "too many leases are held; try again shortly");
        leases_.put(name, token, now + ttl);
        return Lease{*this, std::string{name}, token, now + ttl};
    }

    bool renew(std::string_view name, std::int64_t token, Clock::duration ttl) override {
        const std::scoped_lock lock{mutex_};
        const TimePoint now = Clock::now();
        const std::int64_t* holder = leases_.find(name, now);
        if (holder == nullptr || *holder != token) return false;
        leases_.extend(name, now + ttl);
        return true;
    }

    void release(std::string_view name, std::int64_t token) override {
        const std::scoped_lock lock{mutex_};
        const std::int64_t* holder = leases_.find(name, Clock::now());
        if (holder != nullptr && *holder == token) leases_.erase(name);
    }

    void put(std::string_view name, std::string value, Clock::duration ttl) override {
        const std::scoped_lock lock{mutex_};
        const TimePoint now = Clock::now();
        make_room(values_, name, limits_.values, now);
        values_.put(name, std::move(value), now + ttl);
    }

    std::optional<std::string> get(std::string_view name) override {
        const std::scoped_lock lock{mutex_};
        const std::string* value = values_.find(name, Clock::now());
        return value != nullptr ? std::optional{*value} : std::nullopt;
    }

    std::int64_t add(std::string_view name, std::int64_t delta, Clock::duration window) override {
        const std::scoped_lock lock{mutex_};
        const TimePoint now = Clock::now();
        if (std::int64_t* count = counters_.find(name, now); count != nullptr) return *count += delta;
        make_room(counters_, name, limits_.counters, now);
        counters_.put(name, delta, now + window);
        return delta;
    }

    Stats stats() const override {
        const std::scoped_lock lock{mutex_};
        return {static_cast<std::int64_t>(leases_.size()), static_cast<std::int64_t>(values_.size()),
                static_cast<std::int64_t>(counters_.size()), evicted_early_};
    }

private:
    template <class Value>
    void make_room(TtlMap<Value>& map, std::string_view name, std::size_t limit, TimePoint now) {
        map.drop_expired(now);
        if (map.size() < limit || map.find(name, now) != nullptr) return;
        map.drop_first();
        ++evicted_early_;
    }

    mutable std::mutex mutex_;
    const LocalStateLimits limits_;
    TtlMap<std::int64_t> leases_;  // name -> the holder's token
    TtlMap<std::string> values_;
    TtlMap<std::int64_t> counters_;
    std::int64_t evicted_early_{0};
};
}  // namespace

Lease::~Lease() {
    if (owner_ != nullptr) owner_->release(name_, token_);
}

bool Lease::renew(Clock::duration ttl) {
    const TimePoint until = Clock::now() + ttl;
    if (owner_ == nullptr || !owner_->renew(name_, token_, ttl)) return false;
    until_ = until;  // a little before the owner's own reckoning, never after
    return true;
}

std::unique_ptr<SharedState> make_local_state(LocalStateLimits limits) { return std::make_unique<LocalState>(limits); }
}  // namespace rondo::store
