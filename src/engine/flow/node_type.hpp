#pragma once
#include <algorithm>
#include <span>
#include <string_view>

namespace rondo::flow {
/// A node that a workflow may name, and what its outcomes may be labelled with. Who owns the nodes passes a table of these:
/// flow itself knows neither nodes nor labels. Views must outlive the table (they are literals as a rule).
struct NodeType {
    std::string_view name;
    /// Every label it can finish with; "" among them: it may also finish without one. Empty: anything, so nothing is checked.
    /// A node that its workflow allows to be skipped may always finish without a label, whatever stands here.
    std::span<const std::string_view> labels{};
};

/// Null when there is none of that name.
[[nodiscard]] inline const NodeType* find(std::span<const NodeType> nodes, std::string_view name) {
    const auto at = std::ranges::find(nodes, name, &NodeType::name);
    return at == nodes.end() ? nullptr : &*at;
}
}  // namespace rondo::flow
