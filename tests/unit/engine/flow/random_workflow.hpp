#pragma once
#include "base/rng.hpp"
#include "engine/flow/workflow.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::flow {
/// A made-up workflow, what its nodes will answer, and what must then happen by the definition alone.
struct RandomCase {
    Workflow workflow;
    std::map<std::string, std::string> labels;  // of every node's outcome
    std::set<std::string> disabled;
    std::set<std::string> runs;                                 // the nodes that are to be run
    std::map<std::string, std::set<std::string>> waits_for;     // node -> nodes that run and lead towards it

    explicit RandomCase(std::uint64_t seed) : rng_{seed} {
        const std::size_t size = 1 + rng_.below(14);
        for (std::size_t i = 0; i < size; ++i) workflow.enabled_nodes.push_back(i == 0 ? std::string{kEntry} : "n" + std::to_string(i));
        workflow.name = "random";
        // Every node hangs on an earlier one, so all are reachable and none closes a cycle; then some edges more.
        for (std::size_t to = 1; to < size; ++to) connect(rng_.below(to), workflow.enabled_nodes[to]);
        for (std::size_t more = rng_.below(2 * size); more > 0 && size > 1; --more) {
            const std::size_t from = rng_.below(size - 1);
            connect(from, rng_.below(6) == 0 ? std::string{kEnd} : workflow.enabled_nodes[from + 1 + rng_.below(size - 1 - from)]);
        }
        for (const std::string& node : workflow.enabled_nodes) {
            labels[node] = kLabels[rng_.below(std::size(kLabels))];
            if (rng_.below(8) == 0) disabled.insert(node);
        }
        evaluate();
    }

    [[nodiscard]] std::vector<NodeType> known() const {
        std::vector<NodeType> nodes;
        for (const std::string& node : workflow.enabled_nodes) nodes.push_back({.name = node});
        return nodes;
    }

private:
    static constexpr std::string_view kLabels[] = {"", "a", "b", "c"};  // "c" is never routed

    void connect(std::size_t from, const std::string& to) {
        const std::string& node = workflow.enabled_nodes[from];
        if (rng_.below(3) == 0) {
            // A label that has a target already keeps it; the node must stay reachable, so the rules take it then.
            const std::string label{kLabels[1 + rng_.below(2)]};
            if (workflow.conditional_routing[node].emplace(label, to).second) return;
        }
        auto& targets = workflow.routing_rules[node];
        if (std::ranges::find(targets, to) == targets.end()) targets.push_back(to);
    }

    /// Where a node leads when it has finished with `label`, straight from the words of the format.
    [[nodiscard]] std::vector<std::string> leads_to(const std::string& node, const std::string& label) const {
        if (const auto conditions = workflow.conditional_routing.find(node); conditions != workflow.conditional_routing.end()) {
            if (const auto target = conditions->second.find(label); target != conditions->second.end()) return {target->second};
        }
        const auto rule = workflow.routing_rules.find(node);
        return rule == workflow.routing_rules.end() ? std::vector<std::string>{} : rule->second;
    }

    /// Enabled nodes are in topological order by construction, so one pass decides all.
    void evaluate() {
        std::set<std::string> alive{std::string{kEntry}};
        for (const std::string& node : workflow.enabled_nodes) {
            if (!alive.contains(node)) continue;
            const bool passes = disabled.contains(node);
            if (!passes) runs.insert(node);
            for (const std::string& next : leads_to(node, passes ? "" : labels[node])) {
                if (next == kEnd) continue;
                alive.insert(next);
                // A node waits for whoever leads to it and, through nodes that are passed through, for those before.
                waits_for[next].insert(waits_for[node].begin(), waits_for[node].end());
                if (!passes) waits_for[next].insert(node);
            }
        }
    }

    Rng rng_;
};
}  // namespace rondo::flow
