#pragma once
#include "base/result.hpp"
#include "engine/flow/node_type.hpp"

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::flow {
/// The possible runs a dry run lists at most.
inline constexpr std::size_t kMaxListedRuns = 32;

/// What there is to know about a workflow before any node of it runs.
struct DryRun {
    std::vector<Fault> faults;  ///< as `parse_workflow` would refuse it with
    /// The graph, also that of a workflow with faults; empty when not all of it could be read or it is beyond the bounds.
    std::string text, mermaid;
    std::string runs;  ///< a line for each possible run; empty when there are faults
    [[nodiscard]] bool valid() const { return faults.empty(); }
};

/// Checks `json` and prints its graph. Pure. Errors: `invalid_argument` when it is not JSON or beyond a limit.
[[nodiscard]] Result<DryRun> dry_run(std::string_view json, std::span<const NodeType> nodes);

/// `{"valid", "faults": [{"pointer", "message"}], "graph": {"text", "mermaid"}}`; the text ends with the runs, the graph is
/// null when there is none.
[[nodiscard]] boost::json::value to_json(const DryRun& run);
/// The graph and the runs, for people.
[[nodiscard]] std::string to_text(const DryRun& run);
}  // namespace rondo::flow
