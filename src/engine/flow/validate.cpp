#include "engine/flow/validate.hpp"

#include "base/json.hpp"
#include "engine/flow/nearest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace rondo::flow {
namespace {
class Validator {
public:
    Validator(const Workflow& workflow, std::span<const NodeType> nodes)
        : workflow_{workflow}, nodes_{nodes}, enabled_(nodes.size(), false), edges_(nodes.size()), ends_(nodes.size(), true) {
        for (const NodeType& node : nodes) known_.push_back(node.name);
    }

    std::vector<Fault> run(Extent extent) && {
        check_numbers();
        check_nodes();
        if (extent == Extent::whole) check_entry();
        read_rules();
        read_conditions();
        check_shadowed_rules();
        if (extent == Extent::parts) return std::move(faults_);
        report_disabled();
        find_cycles();
        check_reach_from_entry();
        check_reach_of_end();
        return std::move(faults_);
    }

private:
    using Node = std::size_t;  // index into nodes_
    struct Edge {
        Node to;
        std::string pointer;
    };
    enum class Mark { unseen, on_path, left };

    void fault(std::string pointer, std::string message) { faults_.push_back({std::move(pointer), std::move(message)}); }

    std::optional<Node> find(std::string_view name) const {
        const auto at = std::ranges::find(known_, name);
        if (at == known_.end()) return std::nullopt;
        return static_cast<Node>(at - known_.begin());
    }
    std::optional<Node> find_or_fault(std::string_view name, const std::string& pointer) {
        const auto node = find(name);
        if (!node) fault(pointer, fmt::format("'{}' is not a known node{}", name, did_you_mean(name, known_)));
        return node;
    }
    /// A node that a route speaks of; remembers it when it is disabled.
    std::optional<Node> referenced(std::string_view name, const std::string& pointer) {
        const auto node = find_or_fault(name, pointer);
        if (node && !enabled_[*node]) {
            if (disabled_.empty()) first_disabled_ = pointer;
            disabled_.insert(known_[*node]);
        }
        return node;
    }

    void check_numbers() {
        const double rate = workflow_.bandit_exploration_rate;
        if (!(rate >= 0 && rate <= 1)) fault("/bandit_exploration_rate", "must be a number from 0 to 1");
        for (const auto& [name, settings] : workflow_.node_settings) {
            const std::string pointer = json::join("/nodes", name);
            find_or_fault(name, pointer);
            if (settings.deadline && (*settings.deadline < kMinDeadline || *settings.deadline > kMaxDeadline)) {
                fault(pointer + "/deadline_ms",
                      fmt::format("must be an integer from {} to {}", kMinDeadline.count(), kMaxDeadline.count()));
            }
            if (settings.retries < 0 || settings.retries > kMaxRetries) {
                fault(pointer + "/retries", fmt::format("must be an integer from 0 to {}", kMaxRetries));
            }
        }
    }

    void check_nodes() {
        const auto& names = workflow_.enabled_nodes;
        if (names.size() > kMaxNodes) fault("/enabled_nodes", fmt::format("must have at most {} entries", kMaxNodes));
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto node = find_or_fault(names[i], json::join("/enabled_nodes", i));
            if (!node) continue;
            if (enabled_[*node]) fault(json::join("/enabled_nodes", i), fmt::format("'{}' is listed twice", names[i]));
            enabled_[*node] = true;
        }
    }

    void check_entry() {
        const auto entry = find(kEntry);
        entry_enabled_ = entry && enabled_[*entry];
        if (!entry_enabled_) fault("/enabled_nodes", fmt::format("must contain the entry '{}'", kEntry));
    }

    void read_rules() {
        for (const auto& [from, targets] : effective_rules(workflow_, nodes_)) {
            const std::string pointer = json::join("/routing_rules", from);
            if (targets.size() > kMaxTargets) fault(pointer, fmt::format("must have at most {} entries", kMaxTargets));
            const auto source = referenced(from, pointer);
            // A node without targets goes to END; so may one whose target is misspelled, for all we know.
            bool ends = targets.empty();
            std::set<std::string_view> seen;
            for (std::size_t i = 0; i < targets.size(); ++i) {
                const std::string place = json::join(pointer, i);
                if (seen.insert(targets[i]).second) ends |= !route(source, targets[i], place);
                else fault(place, fmt::format("'{}' is listed twice", targets[i]));
            }
            if (source) ends_[*source] = ends;
        }
    }

    void read_conditions() {
        for (const auto& [from, labels] : workflow_.conditional_routing) {
            const std::string pointer = json::join("/conditional_routing", from);
            if (labels.size() > kMaxTargets) fault(pointer, fmt::format("must have at most {} labels", kMaxTargets));
            const auto source = referenced(from, pointer);
            for (const auto& [label, target] : labels) {
                const std::string place = json::join(pointer, label);
                if (label.empty()) fault(place, "a label must not be empty: nodes that are skipped finish with the empty label");
                else if (source) check_label(nodes_[*source], label, place);
                if (!route(source, target, place) && source) ends_[*source] = true;
            }
        }
    }

    void check_label(const NodeType& node, std::string_view label, const std::string& pointer) {
        if (node.labels.empty() || std::ranges::find(node.labels, label) != node.labels.end()) return;
        const std::vector<std::string_view> given = named(node.labels);
        fault(pointer, given.empty() ? fmt::format("can never match: '{}' gives no labels", node.name)
                                     : fmt::format("can never match: '{}' gives '{}'{}", node.name, fmt::join(given, "', '"),
                                                   did_you_mean(label, given)));
    }

    /// The default order is not the author's: where it does not apply, effective_rules has left it out.
    void check_shadowed_rules() {
        for (const auto& [from, targets] : workflow_.routing_rules) {
            if (rule_applies(workflow_, from, nodes_)) continue;
            fault(json::join("/routing_rules", from),
                  fmt::format("can never be taken: '{}' has a condition for each of its labels '{}'; take out the rule or a condition",
                              from, fmt::join(named(flow::find(nodes_, from)->labels), "', '")));
        }
    }

    static std::vector<std::string_view> named(std::span<const std::string_view> labels) {
        std::vector<std::string_view> given{labels.begin(), labels.end()};
        std::erase(given, "");
        return given;
    }

    /// Adds an edge; false when there is none to add: the target is END or not known.
    bool route(std::optional<Node> source, const std::string& target, const std::string& pointer) {
        if (target == kEnd) return false;
        const auto to = referenced(target, pointer);
        if (to && source) edges_[*source].push_back({*to, pointer});
        return to.has_value();
    }

    void report_disabled() {
        if (disabled_.empty()) return;
        fault(first_disabled_, fmt::format("Routing references disabled nodes: {{'{}'}}; enable them or take them out of the routes",
                                           fmt::join(disabled_, "', '")));
    }

    void find_cycles() {
        std::vector<Mark> marks(known_.size(), Mark::unseen);
        std::vector<Node> path;
        // From the entry first, so that a cycle is printed in the order a run would meet it.
        if (const auto entry = find(kEntry)) walk(*entry, marks, path);
        for (Node node = 0; node < known_.size(); ++node) walk(node, marks, path);
    }
    void walk(Node node, std::vector<Mark>& marks, std::vector<Node>& path) {
        if (marks[node] != Mark::unseen) return;
        marks[node] = Mark::on_path;
        path.push_back(node);
        for (const Edge& edge : edges_[node]) {
            if (marks[edge.to] == Mark::on_path) {
                std::string printed;
                for (auto at = std::ranges::find(path, edge.to); at != path.end(); ++at) printed += fmt::format("{} -> ", known_[*at]);
                fault(edge.pointer, fmt::format("closes the cycle {}{}", printed, known_[edge.to]));
            }
            walk(edge.to, marks, path);
        }
        path.pop_back();
        marks[node] = Mark::left;
    }

    void check_reach_from_entry() {
        if (!entry_enabled_) return;  // nothing can be reached then, which the missing entry has already said
        std::vector<bool> reached(known_.size(), false);
        std::vector<Node> open{*find(kEntry)};
        while (!open.empty()) {
            const Node node = open.back();
            open.pop_back();
            if (reached[node]) continue;
            reached[node] = true;
            for (const Edge& edge : edges_[node]) open.push_back(edge.to);
        }
        std::set<Node> named;
        for (std::size_t i = 0; i < workflow_.enabled_nodes.size(); ++i) {
            const auto node = find(workflow_.enabled_nodes[i]);
            if (!node || reached[*node] || !named.insert(*node).second) continue;
            fault(json::join("/enabled_nodes", i),
                  fmt::format("'{}' cannot be reached from '{}'; route to it or do not enable it", known_[*node], kEntry));
        }
    }

    void check_reach_of_end() {
        std::vector<bool> ends = ends_;
        for (bool changed = true; changed;) {
            changed = false;
            for (Node node = 0; node < known_.size(); ++node) {
                if (ends[node] || std::ranges::none_of(edges_[node], [&](const Edge& edge) { return ends[edge.to]; })) continue;
                ends[node] = changed = true;
            }
        }
        for (Node node = 0; node < known_.size(); ++node) {
            if (ends[node] || !enabled_[node]) continue;
            fault(json::join("/routing_rules", known_[node]), fmt::format("{} cannot be reached from '{}'", kEnd, known_[node]));
        }
    }

    const Workflow& workflow_;
    std::span<const NodeType> nodes_;
    std::vector<std::string_view> known_;  // their names
    std::vector<bool> enabled_;
    std::vector<std::vector<Edge>> edges_;
    std::vector<bool> ends_;  // goes to END itself: has no rule, or END is a target
    std::set<std::string_view> disabled_;
    std::string first_disabled_;
    bool entry_enabled_{false};
    std::vector<Fault> faults_;
};
}  // namespace

std::vector<Fault> validate(const Workflow& workflow, std::span<const NodeType> nodes, Extent extent) {
    return Validator{workflow, nodes}.run(extent);
}
}  // namespace rondo::flow
