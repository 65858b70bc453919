#pragma once
#include "base/rng.hpp"
#include "engine/flow/workflow.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::flow {
/// A made-up workflow over seven nodes, with none, few or many of the mistakes that people make in one.
struct FaultyCase {
    static constexpr std::array<std::string_view, 7> kNames{"intent", "knowledge", "npc", "coach", "compliance", "a", "b"};
    static constexpr std::array<std::string_view, 2> kTwo{"x", "y"}, kOptional{"x", ""};
    static constexpr std::array<std::string_view, 1> kOne{"x"}, kMute{""};

    std::vector<NodeType> nodes;
    Workflow workflow;

    explicit FaultyCase(std::uint64_t seed) : rng_{seed}, wildness_{rng_.below(4)} {
        workflow.name = "faulty";
        for (const std::string_view name : kNames) nodes.push_back({name, some_labels()});
        enable();
        settings();
        for (std::size_t from = 0; from < kNames.size(); ++from) {
            if (!is_enabled(kNames[from]) && !mistake()) continue;
            if (rng_.below(5) > 0) rule(from);
            if (rng_.below(3) == 0) conditions(from);
        }
        for (std::size_t to = 1; to < kNames.size(); ++to) {
            if (is_enabled(kNames[to]) && !mistake()) lead_to(to);
        }
        if (rng_.below(6) == 0) workflow.routing_rules.clear();
        if (mistake()) workflow.routing_rules["oracle"] = {"npc"};
        if (mistake()) workflow.conditional_routing["oracle"]["x"] = "npc";
    }

private:
    /// Never in a quarter of the workflows, seldom in the next, often in the last.
    bool mistake() { return wildness_ > 0 && rng_.below(wildness_ == 1 ? 60 : wildness_ == 2 ? 20 : 6) == 0; }

    std::span<const std::string_view> some_labels() {
        switch (rng_.below(5)) {
            case 0: return kTwo;
            case 1: return kOptional;
            case 2: return kOne;
            case 3: return kMute;
            default: return {};
        }
    }
    bool is_enabled(std::string_view name) const { return std::ranges::find(workflow.enabled_nodes, name) != workflow.enabled_nodes.end(); }
    void enable() {
        for (const std::string_view name : kNames) {
            if (name == kEntry ? !mistake() : rng_.below(3) > 0) workflow.enabled_nodes.emplace_back(name);
        }
        if (mistake()) workflow.enabled_nodes.emplace_back("oracle");
        if (mistake()) workflow.enabled_nodes.emplace_back(kNames[rng_.below(kNames.size())]);  // perhaps again
        std::shuffle(workflow.enabled_nodes.begin(), workflow.enabled_nodes.end(), rng_);
    }
    void settings() {
        for (const std::string_view name : kNames) {
            if (rng_.below(4) == 0) workflow.node_settings[std::string{name}].on_error = static_cast<OnError>(rng_.below(3));
            if (mistake()) workflow.node_settings[std::string{name}].retries = 9;
            if (mistake()) workflow.node_settings[std::string{name}].deadline = std::chrono::milliseconds{0};
        }
        if (mistake()) workflow.node_settings["oracle"] = {};
        if (mistake()) workflow.bandit_exploration_rate = 2;
    }
    std::string target(std::size_t from) {
        if (mistake()) return "oracle";
        if (mistake()) return std::string{kNames[rng_.below(kNames.size())]};  // perhaps disabled, backward or itself
        const std::size_t ahead = from + 1 + rng_.below(3);
        return std::string{ahead < kNames.size() && is_enabled(kNames[ahead]) ? kNames[ahead] : kEnd};
    }
    void rule(std::size_t from) {
        auto& targets = workflow.routing_rules[std::string{kNames[from]}];
        for (std::size_t more = rng_.below(4); more > 0; --more) {
            std::string to = target(from);
            if (mistake() || std::ranges::find(targets, to) == targets.end()) targets.push_back(std::move(to));
        }
    }
    /// A route from some earlier node, unless there is one from any. That node may leave no outcome to its rules.
    void lead_to(std::size_t to) {
        const std::string name{kNames[to]};
        for (const auto& [from, targets] : workflow.routing_rules) {
            if (std::ranges::find(targets, name) != targets.end()) return;
        }
        std::size_t from = rng_.below(to);
        while (!is_enabled(kNames[from]) && from > 0) --from;
        workflow.routing_rules[std::string{kNames[from]}].push_back(name);
    }
    void conditions(std::size_t from) {
        auto& labels = workflow.conditional_routing[std::string{kNames[from]}];
        for (const std::string_view label : nodes[from].labels) {
            if (!label.empty() && rng_.below(3) > 0) labels.emplace(label, target(from));
        }
        if (nodes[from].labels.empty() || mistake()) labels.emplace("anything", target(from));
        if (mistake()) labels.emplace("", target(from));
    }

    Rng rng_;
    std::uint64_t wildness_;
};
}  // namespace rondo::flow
