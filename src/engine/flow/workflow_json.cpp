#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "engine/flow/validate.hpp"
#include "engine/flow/workflow.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <set>
#include <utility>

namespace rondo::flow {
namespace {
constexpr json::Limits kLimits{.max_bytes = 256U << 10U, .max_depth = 16, .max_keys = 10'000};
constexpr std::size_t kMaxText = 256;  // bytes of a name, version or target

/// Reads the members of a workflow; a member that cannot be read keeps its default and leaves a fault. Entries of lists keep
/// their places: one that cannot be read is "".
class Reader {
public:
    explicit Reader(std::vector<Fault>& faults) : faults_{faults} {}

    Workflow read(const boost::json::object& root) {
        Workflow workflow;
        json::ObjectReader in{root, "", faults_};
        in.required("name", workflow.name, kMaxText);
        in.optional("version", workflow.version, kMaxText);

        const std::size_t before = faults_.size();
        if (!in.any("enabled_nodes")) in.fault("enabled_nodes", "is required");
        if (const auto* nodes = in.array("enabled_nodes")) names(*nodes, "/enabled_nodes", workflow.enabled_nodes);
        if (const auto* rules = in.object("routing_rules")) routing(*rules, workflow.routing_rules);
        if (const auto* conditions = in.object("conditional_routing")) conditional(*conditions, workflow);
        graph_is_readable_ = faults_.size() == before;

        in.optional("enable_reasoning", workflow.enable_reasoning);
        in.optional("enable_routing_policy", workflow.enable_routing_policy);
        in.optional("enable_bandit", workflow.enable_bandit);
        in.optional("bandit_exploration_rate", workflow.bandit_exploration_rate, 0.0, 1.0);
        in.optional("auto_reload", workflow.auto_reload);
        if (const auto* nodes = in.object("nodes")) {
            json::ObjectReader members{*nodes, "/nodes", faults_};
            for (const auto& member : *nodes) {
                if (const auto* node = members.object(member.key())) workflow.node_settings[member.key()] = settings(*node, member.key());
            }
        }
        in.finish();
        return workflow;
    }
    /// False: a graph made of what was read would have faults its author did not write.
    [[nodiscard]] bool graph_is_readable() const { return graph_is_readable_; }

private:
    void names(const boost::json::array& from, const std::string& pointer, std::vector<std::string>& to) {
        for (std::size_t i = 0; i < from.size(); ++i) {
            const auto* text = from[i].if_string();
            const bool readable = text && text->size() <= kMaxText;
            to.emplace_back(readable ? std::string_view{*text} : std::string_view{});
            if (!readable) faults_.push_back({json::join(pointer, i), "must be the name of a node"});
        }
    }

    void routing(const boost::json::object& from, Workflow::Rules& to) {
        json::ObjectReader in{from, "/routing_rules", faults_};
        for (const auto& member : from) {
            if (const auto* targets = in.array(member.key())) names(*targets, json::join("/routing_rules", member.key()), to[member.key()]);
        }
    }

    void conditional(const boost::json::object& from, Workflow& workflow) {
        json::ObjectReader in{from, "/conditional_routing", faults_};
        for (const auto& member : from) {
            const auto* labels = in.object(member.key());
            if (!labels) continue;
            json::ObjectReader targets{*labels, json::join("/conditional_routing", member.key()), faults_};
            auto& to = workflow.conditional_routing[member.key()];
            for (const auto& label : *labels) targets.required(label.key(), to[label.key()], kMaxText);
        }
    }

    NodeSettings settings(const boost::json::object& from, std::string_view node) {
        NodeSettings to;
        json::ObjectReader in{from, json::join("/nodes", node), faults_};
        std::int64_t number = 0;
        if (in.optional("deadline_ms", number, kMinDeadline.count(), kMaxDeadline.count())) to.deadline = std::chrono::milliseconds{number};
        if (in.optional("retries", number, 0, kMaxRetries)) to.retries = static_cast<int>(number);
        in.optional("blocking", to.blocking);
        std::string policy{name(to.on_error)};
        if (in.optional("on_error", policy, kMaxText)) {
            if (policy == name(OnError::fail)) to.on_error = OnError::fail;
            else if (policy == name(OnError::skip)) to.on_error = OnError::skip;
            else if (policy == name(OnError::fallback)) to.on_error = OnError::fallback;
            else in.fault("on_error", "must be fail, skip or fallback");
        }
        in.finish();
        return to;
    }

    std::vector<Fault>& faults_;
    bool graph_is_readable_{false};
};

/// A text can hold a mistake every few bytes; nobody reads that many, and the answer should not outgrow the question.
void limit(std::vector<Fault>& faults) {
    if (faults.size() <= kMaxFaults) return;
    const std::size_t more = faults.size() - kMaxFaults;
    faults.resize(kMaxFaults);
    faults.push_back({"", fmt::format("has {} faults more; correct these first", more)});
}

Result<ReadWorkflow> read(std::string_view text, const std::span<const NodeType>* nodes) {
    std::vector<std::string> repeated;
    const auto value = json::parse(text, kLimits, &repeated);
    if (!value) return propagate(value);
    ReadWorkflow read{.workflow = {}, .faults = {}, .graph_is_readable = false};
    for (std::string& pointer : repeated) read.faults.push_back({std::move(pointer), "is given more than once; keep one"});
    const auto* root = value->if_object();
    if (!root) {
        read.faults.push_back({"", "must be an object"});
        return read;
    }
    std::vector<Fault> of_shape;
    Reader reader{of_shape};
    read.workflow = reader.read(*root);
    read.graph_is_readable = reader.graph_is_readable();
    std::set<std::string, std::less<>> unreadable;
    for (Fault& fault : of_shape) {
        unreadable.insert(fault.path);
        read.faults.push_back(std::move(fault));
    }
    if (nodes) {
        for (Fault& fault : validate(read.workflow, *nodes, read.graph_is_readable ? Extent::whole : Extent::parts)) {
            // What stands in for an unreadable entry is none of the author's mistakes.
            if (!unreadable.contains(fault.path)) read.faults.push_back(std::move(fault));
        }
    }
    limit(read.faults);
    return read;
}

Result<Workflow> parse(std::string_view text, const std::span<const NodeType>* nodes) {
    auto done = read(text, nodes);
    if (!done) return propagate(done);
    if (!done->faults.empty()) return fail(json::invalid(std::move(done->faults), "the workflow has faults; see `errors`"));
    return std::move(done->workflow);
}
}  // namespace

Result<ReadWorkflow> read_workflow(std::string_view json, std::span<const NodeType> nodes) { return read(json, &nodes); }
Result<Workflow> parse_workflow(std::string_view json, std::span<const NodeType> nodes) { return parse(json, &nodes); }
Result<Workflow> parse_workflow(std::string_view json) { return parse(json, nullptr); }

boost::json::value to_json(const Workflow& workflow) {
    boost::json::object to{{"name", workflow.name}, {"version", workflow.version}};
    to["enabled_nodes"] = boost::json::value_from(workflow.enabled_nodes);
    // No rules means the default order, and so does the absence of the key.
    if (!workflow.routing_rules.empty()) to["routing_rules"] = boost::json::value_from(workflow.routing_rules);
    if (!workflow.conditional_routing.empty()) to["conditional_routing"] = boost::json::value_from(workflow.conditional_routing);
    to["enable_reasoning"] = workflow.enable_reasoning;
    to["enable_routing_policy"] = workflow.enable_routing_policy;
    to["enable_bandit"] = workflow.enable_bandit;
    to["bandit_exploration_rate"] = workflow.bandit_exploration_rate;
    to["auto_reload"] = workflow.auto_reload;
    boost::json::object nodes;
    for (const auto& [node, settings] : workflow.node_settings) {
        boost::json::object entry{{"retries", settings.retries}, {"on_error", name(settings.on_error)}, {"blocking", settings.blocking}};
        if (settings.deadline) entry["deadline_ms"] = settings.deadline->count();
        nodes[node] = std::move(entry);
    }
    if (!nodes.empty()) to["nodes"] = std::move(nodes);
    return to;
}
}  // namespace rondo::flow
