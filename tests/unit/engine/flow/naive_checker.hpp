#pragma once
#include "base/result.hpp"
#include "engine/flow/workflow.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rondo::flow {
/// What is wrong with a workflow, found the slow way: straight from the words of the format, by trying every outcome of every
/// node and by walking every path. Shares no code with `validate`; its names need no escapes in a pointer.
///
/// Cycles are judged, not found: which edges to blame for them is the walker's choice, so `blames_cycles_well` checks a choice.
class NaiveChecker {
public:
    using Finding = std::pair<std::string, std::string>;  ///< pointer, and the words its message must contain

    NaiveChecker(const Workflow& workflow, std::span<const NodeType> nodes) : workflow_{workflow}, nodes_{nodes} {
        write_routes();
        find_numbers();
        find_names();
        find_dead_routes();
        find_unreachable();
    }

    [[nodiscard]] const std::set<Finding>& findings() const { return findings_; }

    /// Every pointer is a route, without them no path returns to its start, and any one of them given back makes one return;
    /// the message tells a real cycle that ends with the blamed route.
    [[nodiscard]] bool blames_cycles_well(const std::vector<Fault>& blamed) const {
        std::vector<Route> kept = routes_;
        for (const Fault& fault : blamed) {
            if (std::erase_if(kept, [&](const Route& route) { return route.pointer == fault.path; }) != 1) return false;
        }
        if (has_cycle(kept)) return false;
        return std::ranges::all_of(blamed, [&](const Fault& fault) {
            const Route& route = *std::ranges::find(routes_, fault.path, &Route::pointer);
            auto with_it = kept;
            with_it.push_back(route);
            return has_cycle(with_it) && tells_cycle(fault.message, route);
        });
    }

private:
    struct Route {
        std::string from, to, pointer;
    };

    bool known(const std::string& name) const { return find(nodes_, name) != nullptr; }
    bool enabled(const std::string& name) const {
        return std::ranges::find(workflow_.enabled_nodes, name) != workflow_.enabled_nodes.end();
    }
    void add(std::string pointer, std::string words) { findings_.emplace(std::move(pointer), std::move(words)); }

    /// Everything a node can finish with. "?" stands for whatever nobody routes.
    std::set<std::string> outcomes(const std::string& node) const {
        std::set<std::string> all;
        const auto& labels = find(nodes_, node)->labels;
        for (const std::string_view label : labels) all.emplace(label);
        if (labels.empty()) {
            all = {"", "?"};
            if (const auto own = workflow_.conditional_routing.find(node); own != workflow_.conditional_routing.end()) {
                for (const auto& [label, target] : own->second) all.insert(label);
            }
        }
        const auto settings = workflow_.node_settings.find(node);
        if (settings != workflow_.node_settings.end() && settings->second.on_error == OnError::skip) all.insert("");
        return all;
    }
    bool caught(const std::string& node, const std::string& outcome) const {
        const auto own = workflow_.conditional_routing.find(node);
        return !outcome.empty() && own != workflow_.conditional_routing.end() && own->second.contains(outcome);
    }
    bool catches_all(const std::string& node) const {
        const auto all = outcomes(node);
        return std::ranges::all_of(all, [&](const std::string& outcome) { return caught(node, outcome); });
    }

    /// The rules as written, or those of the default order that some outcome is left to.
    Workflow::Rules rules() const {
        if (!workflow_.routing_rules.empty()) return workflow_.routing_rules;
        Workflow::Rules rules;
        for (std::size_t i = 0; i < kDefaultOrder.size(); ++i) {
            for (std::size_t j = i + 1; j < kDefaultOrder.size(); ++j) {
                const std::string from{kDefaultOrder[i]}, to{kDefaultOrder[j]};
                if (!enabled(to)) continue;
                if (enabled(from) && !catches_all(from)) rules[from] = {to};
                break;
            }
        }
        return rules;
    }

    /// Between known nodes, each written route once.
    void write_routes() {
        for (const auto& [from, targets] : rules()) {
            for (std::size_t i = 0; i < targets.size(); ++i) {
                if (std::find(targets.begin(), targets.begin() + static_cast<std::ptrdiff_t>(i), targets[i]) !=
                    targets.begin() + static_cast<std::ptrdiff_t>(i))
                    continue;
                if (known(from) && known(targets[i]))
                    routes_.push_back({from, targets[i], "/routing_rules/" + from + "/" + std::to_string(i)});
            }
        }
        for (const auto& [from, labels] : workflow_.conditional_routing) {
            for (const auto& [label, target] : labels) {
                if (known(from) && known(target)) routes_.push_back({from, target, "/conditional_routing/" + from + "/" + label});
            }
        }
    }

    void find_numbers() {
        if (workflow_.bandit_exploration_rate > 1) add("/bandit_exploration_rate", "from 0 to 1");
        for (const auto& [node, settings] : workflow_.node_settings) {
            if (!known(node)) add("/nodes/" + node, "is not a known node");
            if (settings.deadline == std::chrono::milliseconds{0}) add("/nodes/" + node + "/deadline_ms", "from 1 to 600000");
            if (settings.retries > 5) add("/nodes/" + node + "/retries", "from 0 to 5");
        }
    }

    /// A name in its place: not known, given before in the same list, or disabled.
    void find_names() {
        std::set<std::string> disabled;
        std::string first;
        const auto meet = [&](const std::string& name, const std::string& pointer) {
            if (name == kEnd) return;
            if (!known(name)) return add(pointer, "is not a known node");
            if (enabled(name)) return;
            if (disabled.empty()) first = pointer;
            disabled.insert(name);
        };
        for (std::size_t i = 0; i < workflow_.enabled_nodes.size(); ++i) {
            const std::string& name = workflow_.enabled_nodes[i];
            const std::string pointer = "/enabled_nodes/" + std::to_string(i);
            if (!known(name)) add(pointer, "is not a known node");
            else if (std::ranges::find(workflow_.enabled_nodes, name) - workflow_.enabled_nodes.begin() < static_cast<std::ptrdiff_t>(i))
                add(pointer, "is listed twice");
        }
        if (!enabled(std::string{kEntry})) add("/enabled_nodes", "must contain the entry");
        for (const auto& [from, targets] : workflow_.routing_rules) {
            meet(from, "/routing_rules/" + from);
            std::set<std::string> before;
            for (std::size_t i = 0; i < targets.size(); ++i) {
                const std::string pointer = "/routing_rules/" + from + "/" + std::to_string(i);
                if (before.insert(targets[i]).second) meet(targets[i], pointer);
                else add(pointer, "is listed twice");
            }
        }
        for (const auto& [from, labels] : workflow_.conditional_routing) {
            meet(from, "/conditional_routing/" + from);
            for (const auto& [label, target] : labels) meet(target, "/conditional_routing/" + from + "/" + label);
        }
        std::string list;
        for (const std::string& name : disabled) list += (list.empty() ? "'" : ", '") + name + "'";
        if (!disabled.empty()) add(first, "Routing references disabled nodes: {" + list + "}");
    }

    /// Lets every node finish in every way: what no outcome takes is dead.
    void find_dead_routes() {
        for (const auto& [from, labels] : workflow_.conditional_routing) {
            for (const auto& [label, target] : labels) {
                const std::string pointer = "/conditional_routing/" + from + "/" + label;
                if (label.empty()) add(pointer, "must not be empty");
                else if (known(from) && !outcomes(from).contains(label)) add(pointer, "can never match");
            }
        }
        for (const auto& [from, targets] : workflow_.routing_rules) {
            if (known(from) && catches_all(from)) add("/routing_rules/" + from, "can never be taken");
        }
    }

    using Path = std::vector<std::string>;
    /// Calls `visit` with every path from `path` on that meets no node twice, and with the node it would meet again.
    static void walk(const std::vector<Route>& routes, Path& path, const auto& visit) {
        visit(path, std::string{});
        for (const Route& route : routes) {
            if (route.from != path.back()) continue;
            if (std::ranges::find(path, route.to) != path.end()) {
                visit(path, route.to);
                continue;
            }
            path.push_back(route.to);
            walk(routes, path, visit);
            path.pop_back();
        }
    }
    bool has_cycle(const std::vector<Route>& routes) const {
        bool returns = false;
        for (const NodeType& node : nodes_) {
            Path path{std::string{node.name}};
            walk(routes, path, [&](const Path& walked, const std::string& again) { returns |= again == walked.front(); });
        }
        return returns;
    }
    bool tells_cycle(std::string_view message, const Route& last) const {
        constexpr std::string_view kBegin = "closes the cycle ", kArrow = " -> ";
        if (!message.starts_with(kBegin)) return false;
        message.remove_prefix(kBegin.size());
        Path told;
        for (std::size_t end = 0; end != std::string_view::npos; message.remove_prefix(std::min(message.size(), end + kArrow.size()))) {
            end = message.find(kArrow);
            told.emplace_back(message.substr(0, end));
            if (end == std::string_view::npos) break;
        }
        for (std::size_t i = 0; i + 1 < told.size(); ++i) {
            if (std::ranges::none_of(routes_, [&](const Route& route) { return route.from == told[i] && route.to == told[i + 1]; }))
                return false;
        }
        return told.size() >= 2 && told.front() == told.back() && told[told.size() - 2] == last.from && told.back() == last.to;
    }

    /// Goes to END itself, or to a name that is not known and may have been meant so.
    bool ends(const std::string& node) const {
        const auto leaves = [&](const std::string& target) { return !known(target); };
        const auto all = rules();
        const auto rule = all.find(node);
        if (rule == all.end() || rule->second.empty() || std::ranges::any_of(rule->second, leaves)) return true;
        const auto own = workflow_.conditional_routing.find(node);
        return own != workflow_.conditional_routing.end() &&
               std::ranges::any_of(own->second, [&](const auto& entry) { return leaves(entry.second); });
    }
    void find_unreachable() {
        std::set<std::string> reached;
        Path from_entry{std::string{kEntry}};
        walk(routes_, from_entry, [&](const Path& path, const std::string&) { reached.insert(path.back()); });
        for (const NodeType& node : nodes_) {
            const std::string name{node.name};
            if (!enabled(name)) continue;
            if (enabled(std::string{kEntry}) && !reached.contains(name)) {
                const auto at = std::ranges::find(workflow_.enabled_nodes, name) - workflow_.enabled_nodes.begin();
                add("/enabled_nodes/" + std::to_string(at), "cannot be reached from 'intent'");
            }
            bool ended = false;
            Path path{name};
            walk(routes_, path, [&](const Path& walked, const std::string&) { ended |= ends(walked.back()); });
            if (!ended) add("/routing_rules/" + name, "END cannot be reached");
        }
    }

    const Workflow& workflow_;
    std::span<const NodeType> nodes_;
    std::vector<Route> routes_;
    std::set<Finding> findings_;
};
}  // namespace rondo::flow
