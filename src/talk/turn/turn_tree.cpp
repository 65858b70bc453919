#include "talk/turn/turn_tree.hpp"

#include <algorithm>

namespace rondo::turn {
TurnTree::TurnTree(const std::vector<Edge>& edges) {
    for (const auto& [number, parent] : edges) {
        // Anything else is damage, and would make a circle of a path.
        if (parent < number && parent >= 0) parents_.emplace(number, parent);
    }
    for (const auto& [number, parent] : parents_) children_[parent].push_back(number);
}

std::vector<std::int64_t> TurnTree::path(std::int64_t leaf) const {
    std::vector<std::int64_t> numbers;
    for (auto at = parents_.find(leaf); at != parents_.end(); at = parents_.find(at->second)) numbers.push_back(at->first);
    std::ranges::reverse(numbers);
    return numbers;
}

std::int64_t TurnTree::newest_below(std::int64_t number) const {
    while (!children(number).empty()) number = children(number).back();
    return number;
}

const std::vector<std::int64_t>& TurnTree::children(std::int64_t parent) const {
    static const std::vector<std::int64_t> none;
    const auto found = children_.find(parent);
    return found == children_.end() ? none : found->second;
}

const std::vector<std::int64_t>& TurnTree::siblings(std::int64_t number) const { return children(parents_.at(number)); }
}  // namespace rondo::turn
