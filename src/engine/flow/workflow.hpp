#pragma once
#include "base/result.hpp"
#include "engine/flow/node_type.hpp"

#include <boost/json/fwd.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::flow {
inline constexpr std::string_view kEntry = "intent";  ///< where every run begins
inline constexpr std::string_view kEnd = "END";       ///< a target, not a node
/// The route of a workflow without `routing_rules`: this order, restricted to its enabled nodes.
inline constexpr std::array<std::string_view, 5> kDefaultOrder{"intent", "knowledge", "npc", "coach", "compliance"};

/// Bounds of a workflow; `validate` refuses what is beyond them.
inline constexpr std::size_t kMaxNodes = 64;    ///< enabled nodes
inline constexpr std::size_t kMaxTargets = 64;  ///< of one rule, and labels of one node's conditional routing
inline constexpr std::chrono::milliseconds kMinDeadline{1};
inline constexpr std::chrono::milliseconds kMaxDeadline{600'000};
inline constexpr int kMaxRetries = 5;
inline constexpr std::size_t kMaxFaults = 256;  ///< that reading a text tells; one more says how many there are

/// What a run does when a node has failed for good.
enum class OnError {
    fail,      ///< the run fails
    skip,      ///< goes on as if the node had finished with an empty label
    fallback,  ///< asks the node once more, for its fallback answer
};
[[nodiscard]] std::string_view name(OnError policy) noexcept;

struct NodeSettings {
    std::optional<std::chrono::milliseconds> deadline;  ///< of each attempt; none: the caller's deadline alone
    int retries{0};                                     ///< attempts after the first
    OnError on_error{OnError::fail};
    bool blocking{false};  ///< its verdict is awaited before the first byte leaves; for the caller, flow ignores it
    bool operator==(const NodeSettings&) const = default;
};

/// A workflow as its author wrote it. A value; `compile` makes something that runs.
struct Workflow {
    using Rules = std::map<std::string, std::vector<std::string>>;

    std::string name;
    std::string version;
    std::vector<std::string> enabled_nodes;
    Rules routing_rules;  ///< node -> targets, all taken; empty: the default order. A node without a rule goes to END
    /// node -> (outcome label -> target), tried before the rules: a label that equals a key takes that target alone.
    std::map<std::string, std::map<std::string, std::string>> conditional_routing;
    bool enable_reasoning{false};
    bool enable_routing_policy{false};
    bool enable_bandit{false};
    double bandit_exploration_rate{0.1};  ///< 0 to 1
    bool auto_reload{true};
    std::map<std::string, NodeSettings> node_settings;  ///< JSON key "nodes"; may name disabled nodes
    bool operator==(const Workflow&) const = default;
};

/// False when `node`, one of `nodes`, has a condition for every outcome it can have, so that no outcome is left to its rule.
[[nodiscard]] bool rule_applies(const Workflow& workflow, std::string_view node, std::span<const NodeType> nodes);

/// The rules that apply: `routing_rules`, or when there are none the default order, restricted to the enabled nodes and to
/// those of them that leave an outcome to their rule.
[[nodiscard]] Workflow::Rules effective_rules(const Workflow& workflow, std::span<const NodeType> nodes);

/// A workflow as far as its text could be read, with everything that is wrong with it.
struct ReadWorkflow {
    Workflow workflow;
    std::vector<Fault> faults;    ///< of shape (missing, wrong type, out of bounds, unknown or repeated key), then `validate`'s
    bool graph_is_readable{true}; ///< false: nodes or routes are missing from `workflow`; only Extent::parts was validated
};

/// Errors: `invalid_argument` when the text is not JSON (with the position) or beyond a limit.
[[nodiscard]] Result<ReadWorkflow> read_workflow(std::string_view json, std::span<const NodeType> nodes);

/// The same for who needs a workflow without faults. Errors: `invalid_argument`; malformed text with its position, otherwise
/// every fault at once with its JSON pointer.
[[nodiscard]] Result<Workflow> parse_workflow(std::string_view json, std::span<const NodeType> nodes);
/// Reads the shape alone: no node is known, no graph is checked.
[[nodiscard]] Result<Workflow> parse_workflow(std::string_view json);

/// The JSON shape with every setting spelled out; `parse_workflow` reads it back to an equal value.
[[nodiscard]] boost::json::value to_json(const Workflow& workflow);
}  // namespace rondo::flow
