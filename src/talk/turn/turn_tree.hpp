#pragma once
#include <cstdint>
#include <map>
#include <vector>

namespace rondo::turn {
/// Which turn of a session follows which. A message that was edited or answered anew has siblings, so the turns are a tree;
/// number 0 stands for the beginning. A value; numbers grow with time, so a child's is greater than its parent's.
class TurnTree {
public:
    struct Edge {
        std::int64_t number, parent;
    };
    explicit TurnTree(const std::vector<Edge>& edges);

    [[nodiscard]] bool has(std::int64_t number) const { return parents_.contains(number); }
    [[nodiscard]] std::int64_t newest() const { return parents_.empty() ? 0 : parents_.rbegin()->first; }  ///< 0: there is none
    /// From the first turn to `leaf`; empty for 0 and for a number it does not have.
    [[nodiscard]] std::vector<std::int64_t> path(std::int64_t leaf) const;
    /// The end of the walk from `number` that takes the newest child each time.
    [[nodiscard]] std::int64_t newest_below(std::int64_t number) const;
    /// Ascending; empty when it has none.
    [[nodiscard]] const std::vector<std::int64_t>& children(std::int64_t parent) const;
    /// `number` among all that follow the same turn, ascending. Precondition: has(number).
    [[nodiscard]] const std::vector<std::int64_t>& siblings(std::int64_t number) const;

private:
    std::map<std::int64_t, std::int64_t> parents_;
    std::map<std::int64_t, std::vector<std::int64_t>> children_;
};
}  // namespace rondo::turn
