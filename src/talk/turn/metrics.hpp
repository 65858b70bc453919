#pragma once
#include "base/obs/registry.hpp"
#include "talk/turn/record.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace rondo::turn {
/// The coordinator family: names, labels and buckets are a public contract. Handles are looked up once. Thread-safe.
class Metrics {
public:
    explicit Metrics(obs::Registry& registry);

    void node(std::string_view node, std::string_view status, std::chrono::nanoseconds took);
    void ended(State state, std::chrono::nanoseconds took, std::chrono::nanoseconds overhead);
    void first_token(std::chrono::nanoseconds ttft);
    void compliance(std::string_view risk_level);
    void coach(std::string_view status);  ///< ok, pending, error
    void feedback(std::int64_t rating, bool matched);
    void restarted();
    void refused(std::string_view reason);

private:
    struct NodeHandles {
        obs::Counter* executions;
        obs::Histogram* duration;
    };
    obs::Registry& registry_;
    obs::Histogram &turn_duration_, &ttft_, &overhead_;
    std::map<State, obs::Counter*> turns_;
    std::map<std::string, obs::Counter*, std::less<>> compliance_;
    std::map<std::string, std::map<std::string, NodeHandles, std::less<>>, std::less<>> nodes_;  // node → status
    obs::Counter& restarts_;
    obs::Gauge& satisfaction_;
};
}  // namespace rondo::turn
