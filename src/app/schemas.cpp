#include "app/config_json.hpp"
#include "base/config/schema.hpp"
#include "base/json.hpp"

#include <boost/json.hpp>

namespace rondo::app {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr int kMaxText = 256;  // of a name, version or target

object text(const char* about) { return {{"type", "string"}, {"maxLength", kMaxText}, {"description", about}}; }
object flag(bool by_default, const char* about) { return {{"type", "boolean"}, {"default", by_default}, {"description", about}}; }
object target() {
    array names;
    for (const auto node : flow::kDefaultOrder) names.push_back(value(std::string{node}));
    return {{"enum", std::move(names)}};
}
object target_or_end() {
    object either = target();
    either["enum"].as_array().push_back(value(std::string{flow::kEnd}));
    return either;
}
/// An object with one member a node.
object by_node(object member, const char* about) {
    return {{"type", "object"}, {"propertyNames", target()}, {"additionalProperties", std::move(member)}, {"description", about}};
}

object node_settings() {
    return {{"type", "object"},
            {"additionalProperties", false},
            {"properties",
             {{"deadline_ms",
               {{"type", "integer"},
                {"minimum", flow::kMinDeadline.count()},
                {"maximum", flow::kMaxDeadline.count()},
                {"description", "Longest time of each attempt; absent: the turn's deadline alone."}}},
              {"retries",
               {{"type", "integer"},
                {"minimum", 0},
                {"maximum", flow::kMaxRetries},
                {"default", 0},
                {"description", "Attempts after the first."}}},
              {"on_error",
               {{"enum", {"fail", "skip", "fallback"}},
                {"default", "fail"},
                {"description", "What a turn does when the node has failed for good."}}},
              {"blocking", flag(false, "Its verdict is awaited before the first byte of the answer leaves.")}}}};
}
}  // namespace

std::string settings_schema() {
    Config defaults;
    config::Description description;
    describe(description, defaults);
    return json::write(config::json_schema(description, "rondo configuration"));
}

std::string workflow_schema() {
    const object targets{{"type", "array"}, {"maxItems", flow::kMaxTargets}, {"items", target_or_end()}};
    const object labels{{"type", "object"}, {"maxProperties", flow::kMaxTargets}, {"additionalProperties", target_or_end()}};
    object properties;
    properties["name"] = text("Shown in results and logs.");
    properties["version"] = text("Shown in results.");
    properties["enabled_nodes"] = {
        {"type", "array"},     {"items", target()},           {"contains", {{"const", std::string{flow::kEntry}}}},
        {"uniqueItems", true}, {"maxItems", flow::kMaxNodes}, {"description", "The nodes that may run."}};
    properties["routing_rules"] = by_node(targets, "Node to the nodes that follow it, all of them; absent: the default order.");
    properties["conditional_routing"] = by_node(labels, "Node to outcome label to the one node that follows then; tried before the rules.");
    properties["enable_reasoning"] = flag(false, "Ask for the reasoning of an answer.");
    properties["enable_routing_policy"] = flag(false, "Let a policy choose among targets.");
    properties["enable_bandit"] = flag(false, "Tell the bandit's decision in results.");
    properties["bandit_exploration_rate"] = {
        {"type", "number"}, {"minimum", 0}, {"maximum", 1}, {"default", 0.1}, {"description", "Share of decisions that explore."}};
    properties["auto_reload"] = flag(true, "Follow changes of the file while the server runs.");
    properties["nodes"] = by_node(node_settings(), "Settings of each node.");
    return json::write(object{{"$schema", config::kSchemaDialect},
                              {"title", "rondo workflow"},
                              {"type", "object"},
                              {"additionalProperties", false},
                              {"required", {"name", "enabled_nodes"}},
                              {"properties", std::move(properties)}});
}
}  // namespace rondo::app
