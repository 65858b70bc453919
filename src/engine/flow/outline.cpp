#include "engine/flow/outline.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace rondo::flow {
namespace {
OutlinedNode outlined(const Workflow& workflow, const std::string& name, const Workflow::Rules& rules, std::span<const NodeType> nodes) {
    OutlinedNode node{.name = name, .settings = {}, .ways = {}};
    if (const auto own = workflow.node_settings.find(name); own != workflow.node_settings.end()) node.settings = own->second;
    if (const auto conditions = workflow.conditional_routing.find(name); conditions != workflow.conditional_routing.end()) {
        for (const auto& [label, target] : conditions->second) node.ways.push_back({label, {target}});
    }
    if (!rule_applies(workflow, name, nodes)) return node;
    const auto rule = rules.find(name);
    const bool to_end = rule == rules.end() || rule->second.empty();
    node.ways.push_back({"", to_end ? std::vector{std::string{kEnd}} : rule->second});
    return node;
}

bool leads_to(const OutlinedNode& from, const std::string& name) {
    return std::ranges::any_of(from.ways, [&](const Way& way) { return std::ranges::find(way.targets, name) != way.targets.end(); });
}

/// A terminal obeys control characters, so names must not bring any.
std::string printable(std::string_view name) {
    std::string text{name};
    std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    return text;
}

std::string settings_text(const NodeSettings& settings) {
    std::vector<std::string> parts;
    if (settings.deadline) parts.push_back(fmt::format("deadline {} ms", settings.deadline->count()));
    if (settings.retries > 0) parts.push_back(fmt::format("{} {}", settings.retries, settings.retries == 1 ? "retry" : "retries"));
    if (settings.on_error != OnError::fail) parts.push_back(fmt::format("on error {}", name(settings.on_error)));
    if (settings.blocking) parts.emplace_back("blocking");
    return parts.empty() ? std::string{} : fmt::format(" ({})", fmt::join(parts, ", "));
}

/// Inside the double quotes of Mermaid, everything it gives a meaning to as its decimal code.
std::string mermaid_text(std::string_view name) {
    std::string text;
    for (const char c : printable(name)) {
        if (std::string_view{"\"#&;<>`|\\"}.contains(c)) text += fmt::format("#{};", static_cast<int>(c));
        else text += c;
    }
    return text;
}
}  // namespace

std::vector<OutlinedNode> outline(const Workflow& workflow, std::span<const NodeType> nodes) {
    const auto rules = effective_rules(workflow, nodes);
    std::vector<OutlinedNode> waiting, placed;
    std::set<std::string_view> seen;
    for (const std::string& name : workflow.enabled_nodes) {
        if (seen.insert(name).second) waiting.push_back(outlined(workflow, name, rules, nodes));
    }
    while (!waiting.empty()) {
        auto next = std::ranges::find_if(waiting, [&](const OutlinedNode& node) {
            return std::ranges::none_of(waiting, [&](const OutlinedNode& other) { return leads_to(other, node.name); });
        });
        if (next == waiting.end()) next = waiting.begin();  // all that is left hangs on a cycle
        placed.push_back(std::move(*next));
        waiting.erase(next);
    }
    return placed;
}

std::string to_text(const Workflow& workflow, std::span<const OutlinedNode> outline) {
    std::string text = printable(workflow.name);
    if (!workflow.version.empty()) text += " " + printable(workflow.version);
    text += "\n\n";
    const auto target_text = [&](const std::string& target) {
        const bool known = target == kEnd || std::ranges::find(outline, target, &OutlinedNode::name) != outline.end();
        return printable(target) + (known ? "" : " (not enabled)");
    };
    for (const OutlinedNode& node : outline) {
        text += printable(node.name) + settings_text(node.settings) + "\n";
        for (const Way& way : node.ways) {
            std::vector<std::string> targets;
            for (const std::string& target : way.targets) targets.push_back(target_text(target));
            const std::string when = !way.label.empty() ? fmt::format("when {} ", printable(way.label))
                                     : node.branches()  ? "otherwise "
                                                        : "";
            text += fmt::format("  {}-> {}\n", when, fmt::join(targets, ", "));
        }
    }
    return text;
}

std::string to_mermaid(std::span<const OutlinedNode> outline) {
    std::vector<std::pair<std::string, std::string>> ids;  // of targets: name, id
    std::string text = "flowchart TD\n";
    for (const OutlinedNode& node : outline) {
        ids.emplace_back(node.name, fmt::format("n{}", ids.size()));
        text += fmt::format("    {}[\"{}\"]\n", ids.back().second, mermaid_text(node.name));
    }
    const auto id_of = [&](const std::string& target) {
        const auto known = std::ranges::find(ids, target, &std::pair<std::string, std::string>::first);
        if (known != ids.end()) return known->second;
        ids.emplace_back(target, fmt::format("n{}", ids.size()));
        // Rounded is where a run ends, dashed what it would never get to.
        if (target == kEnd) text += fmt::format("    {}([\"{}\"])\n", ids.back().second, kEnd);
        else text += fmt::format("    {0}[\"{1}\"]\n    style {0} stroke-dasharray: 4\n", ids.back().second, mermaid_text(target));
        return ids.back().second;
    };
    for (const OutlinedNode& node : outline) {
        for (const Way& way : node.ways) {
            const std::string when = !way.label.empty() ? fmt::format("|\"{}\"|", mermaid_text(way.label))
                                     : node.branches()  ? std::string{"|otherwise|"}
                                                        : std::string{};
            for (const std::string& target : way.targets) {
                const std::string to = id_of(target);
                text += fmt::format("    {} -->{} {}\n", id_of(node.name), when, to);
            }
        }
    }
    return text;
}
}  // namespace rondo::flow
