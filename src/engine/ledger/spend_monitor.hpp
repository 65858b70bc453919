#pragma once
#include "engine/ledger/alert.hpp"
#include "engine/ledger/entry.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace rondo::ledger {
/// Watches settled calls for what is dear, uncached or suddenly much. Each alert is told once per window and subject.
///
/// Pure: no clock, no lock. Bounded: kTenants tenants and kCallers callers in a window are watched; more go unwatched until the
/// window ends or others have been quiet for one.
class SpendMonitor {
public:
    struct Thresholds {
        std::chrono::seconds window{3600};
        Money request_cost{1'000'000};             ///< 0: not watched
        int cache_hit_percent{50};                 ///< 0: not watched
        Tokens cache_min_tokens{100'000};          ///< of input in the window, before the rate means anything
        int spike_factor{5};                       ///< 0: not watched
        Money spike_floor{1'000'000};              ///< a minute that costs less is no spike
    };
    static constexpr std::size_t kTenants = 1'024, kCallers = 10'000;

    explicit SpendMonitor(Thresholds thresholds) : thresholds_{thresholds} {}
    void set(Thresholds thresholds) { thresholds_ = thresholds; }

    /// Adds what there is to tell to `out`.
    void observe(const Spender& spender, const Call& call, Money cost, WallTime now, std::vector<Alert>& out);

private:
    static constexpr std::int64_t kMinutes = 30;  // of history behind a spike
    static constexpr std::int64_t kLearning = 5;  // minutes before the first spike

    struct Tenant {
        std::int64_t window{0};
        Tokens input{}, cached{};
        bool rate_told{false}, spike_told{false};
        std::int64_t first_minute{0}, minute{0};
        std::array<Money, kMinutes + 1> spent{};  // by minute modulo its size
    };
    [[nodiscard]] Tenant* tenant(const std::string& name, std::int64_t window, std::int64_t minute);
    void request_cost(const Spender& spender, const Call& call, Money cost, WallTime now, std::vector<Alert>& out);
    void cache_rate(Tenant& state, const Subject& subject, const Usage& usage, WallTime now, std::vector<Alert>& out) const;
    void spike(Tenant& state, const Subject& subject, Money cost, std::int64_t minute, WallTime now, std::vector<Alert>& out) const;

    Thresholds thresholds_;
    std::unordered_map<std::string, Tenant> tenants_;
    std::int64_t told_window_{0};
    std::unordered_set<Subject, SubjectHash, SubjectEqual> told_;  // callers whose dear call was told in this window
};
}  // namespace rondo::ledger
