#pragma once
#include "base/obs/registry.hpp"
#include "engine/ledger/usage_ledger.hpp"
#include "engine/llm/meter.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace rondo::app {
/// The ledger as model calls see it: reserves what an attempt may cost at most, settles what it came to, and counts both for the
/// metrics. Thread-safe. The ledger and the registry must outlive it, and it its holds.
class LedgerMeter final : public llm::Meter {
public:
    LedgerMeter(ledger::UsageLedger& ledger, obs::Registry& registry);

    asio::awaitable<Result<std::unique_ptr<Hold>>> reserve(const llm::ModelRequest& request, const llm::Target& target,
                                                           CallContext ctx) override;
    /// The same for a call whose price does not depend on a target. `purpose` outlives the call.
    asio::awaitable<Result<std::unique_ptr<Hold>>> reserve(const llm::Purpose& purpose, Money estimate, CallContext ctx);

    /// Whether the spender could pay for a usual call of `target`. Sets nothing aside. Errors: the ledger's refusals.
    asio::awaitable<Status> can_pay(ledger::Spender spender, const llm::Target& target);

private:
    class Entry;
    /// What is counted for one target. Made at its first call and kept.
    struct Counters {
        obs::Counter &input, &output, &cache_write, &cache_read, &cost;
    };
    [[nodiscard]] Money estimate(const llm::ModelRequest& request, const llm::Target& target) const;
    Counters& counters(const std::string& target);
    void count(const llm::Bill& bill, Money cost);

    ledger::UsageLedger& ledger_;
    obs::Registry& registry_;
    std::mutex mutex_;
    std::map<std::string, Counters, std::less<>> counters_;  // guarded by mutex_; entries stay where they are
    std::atomic<std::int64_t> input_{0}, cached_{0}, saved_micros_{0};
};
}  // namespace rondo::app
