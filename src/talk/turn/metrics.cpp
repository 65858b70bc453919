#include "talk/turn/metrics.hpp"

#include "talk/scenario/pack.hpp"

namespace rondo::turn {
namespace {
constexpr const char* kEngine = "dynamic_workflow";
const std::vector<double>& coordinator_seconds() {
    static const std::vector<double> buckets{0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
    return buckets;
}
double seconds(std::chrono::nanoseconds took) { return std::chrono::duration<double>(took).count(); }
}  // namespace

Metrics::Metrics(obs::Registry& registry)
    : registry_{registry},
      turn_duration_{registry.histogram("coordinator_turn_duration_seconds", "A turn from accepted to ended.", coordinator_seconds())},
      ttft_{
          registry.histogram("coordinator_turn_ttft_seconds", "From the request to the first piece of the answer.", coordinator_seconds())},
      overhead_{registry.histogram("rondo_overhead_seconds", "A turn's time less what the model took.", obs::fine_seconds())},
      restarts_{registry.counter("coordinator_turn_restarts_total", "Turns taken up again after a crash.")},
      satisfaction_{registry.gauge("coordinator_user_satisfaction_score", "The latest ratings' moving mean, 1 to 5 stars.")} {
    for (const auto state : {State::completed, State::stopped, State::failed}) {
        const std::string status = state == State::completed ? "ok" : state == State::stopped ? "stopped" : "error";
        turns_[state] = &registry.counter("coordinator_turn_total", "Turns ended.", {{"status", status}, {"engine", kEngine}});
    }
    // Until a policy is learned every arm is worth the same.
    for (const char* arm : {"npc", "tools", "knowledge"}) {
        registry.gauge("coordinator_bandit_arm_score", "What the routing bandit expects of an arm.", {{"arm", arm}}).set(0);
    }
    for (const char* level : {"LOW", "MEDIUM", "HIGH", "BLOCK"}) {
        compliance_[level] =
            &registry.counter("coordinator_compliance_check_total", "Compliance checks by risk level.", {{"risk_level", level}});
    }
    for (const auto& type : scenario::kNodes) {
        const std::string node{type.name};
        for (const char* status : {"ok", "error", "skipped", "fallback"}) {
            const obs::Labels labels{{"node_type", node}, {"status", status}, {"engine", kEngine}};
            nodes_[node][status] = {&registry.counter("coordinator_node_execution_total", "Nodes executed.", labels),
                                    &registry.histogram("coordinator_node_duration_seconds", "A node's run time.", coordinator_seconds(),
                                                        {{"node_type", node}, {"engine", kEngine}})};
        }
    }
}

void Metrics::node(std::string_view node, std::string_view status, std::chrono::nanoseconds took) {
    const auto by_status = nodes_.find(node);
    if (by_status == nodes_.end()) return;
    const auto handles = by_status->second.find(status);
    if (handles == by_status->second.end()) return;
    handles->second.executions->add();
    handles->second.duration->observe(seconds(took));
}

void Metrics::ended(State state, std::chrono::nanoseconds took, std::chrono::nanoseconds overhead) {
    if (const auto counter = turns_.find(state); counter != turns_.end()) counter->second->add();
    turn_duration_.observe(seconds(took));
    overhead_.observe(seconds(overhead));
}

void Metrics::first_token(std::chrono::nanoseconds ttft) { ttft_.observe(seconds(ttft)); }

void Metrics::compliance(std::string_view risk_level) {
    if (const auto counter = compliance_.find(risk_level); counter != compliance_.end()) counter->second->add();
}

void Metrics::coach(std::string_view status) {
    registry_.counter("coordinator_coach_advice_total", "Coach advice given, by outcome.", {{"status", std::string{status}}}).add();
}

void Metrics::feedback(std::int64_t rating, bool matched) {
    registry_
        .counter("coordinator_user_feedback_total", "Ratings received.",
                 {{"rating", std::to_string(rating)}, {"matched", matched ? "true" : "false"}})
        .add();
    // An exponential mean over about the last twenty ratings; the first one sets it.
    const double before = satisfaction_.value();
    satisfaction_.set(before == 0 ? static_cast<double>(rating) : before + (static_cast<double>(rating) - before) / 20);
}

void Metrics::restarted() { restarts_.add(); }

void Metrics::refused(std::string_view reason) {
    registry_.counter("coordinator_turn_refused_total", "Turns not accepted, by reason.", {{"reason", std::string{reason}}}).add();
}
}  // namespace rondo::turn
