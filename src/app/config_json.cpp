#include "app/config_json.hpp"

#include <boost/json.hpp>

namespace rondo::app {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::size_t kMaxFaults = 100;

value failure_json(const std::optional<ReloadFailure>& failure) {
    if (!failure) return nullptr;
    return {{"trigger", name(failure->trigger)},
            {"at", iso8601(failure->at)},
            {"message", failure->error.message},
            {"faults", faults_json(failure->error)}};
}

/// The workflow in force and where it is from.
void add_workflow(object& json, const LiveGeneration::Pin& pin) {
    const auto& generation = pin->value;
    if (const auto& overriding = generation.workflow) {
        json["workflow"] = flow::to_json(overriding->workflow);
        json["source"] = overriding->source;
        json["loaded_at"] = iso8601(overriding->loaded_at);
    } else {
        const auto scenario = generation.catalog->find("");
        json["workflow"] = flow::to_json(scenario->graph->workflow());
        json["source"] = scenario->workflow_source;
        json["loaded_at"] = iso8601(pin->loaded_at);
    }
}
}  // namespace

array faults_json(const Error& error) {
    array faults;
    for (const auto& fault : error.faults) {
        if (faults.size() == kMaxFaults) break;
        faults.push_back({{"pointer", fault.path}, {"message", fault.message}});
    }
    return faults;
}

object setting_json(const config::Setting& setting) {
    object json{{"key", setting.key},
                {"value", setting.value},
                {"source", setting.source},
                {"default", setting.default_value},
                {"env", setting.env},
                {"type", setting.type},
                {"allowed", setting.allowed},
                {"help", setting.help},
                {"reload", setting.reload == Reload::live ? "live" : "restart"}};
    if (setting.pending) json["pending"] = *setting.pending;
    return json;
}

object settings_json(const LiveGeneration::Pin& pin, const std::optional<ReloadFailure>& failure) {
    const auto& generation = pin->value;
    array settings, restart_needed;
    for (std::size_t i = 0; i < generation.since.size(); ++i) {
        const auto& setting = generation.settings.settings[i];
        object json = setting_json(setting);
        json["generation"] = generation.since[i].generation;
        json["loaded_at"] = iso8601(generation.since[i].loaded_at);
        if (setting.pending) restart_needed.push_back(value(setting.key));
        settings.push_back(std::move(json));
    }
    object workflows;
    for (const auto& [id, scenario] : generation.catalog->scenarios()) {
        workflows[id] = {{"source", scenario->workflow_source}, {"workflow", flow::to_json(scenario->graph->workflow())}};
    }
    return {{"settings", std::move(settings)},      {"workflows", std::move(workflows)},
            {"generation", pin->generation},        {"source", pin->source},
            {"loaded_at", iso8601(pin->loaded_at)}, {"restart_needed", std::move(restart_needed)},
            {"last_error", failure_json(failure)}};
}

object workflow_json(const LiveGeneration::Pin& pin, const std::optional<ReloadFailure>& failure) {
    object json;
    add_workflow(json, pin);
    json["generation"] = pin->generation;
    json["auto_reload"] = pin->value.auto_reload();
    json["last_error"] = failure_json(failure);
    return json;
}

object replaced_json(const LiveGeneration::Pin& pin, bool persisted) {
    object json{{"generation", pin->generation}};
    add_workflow(json, pin);
    json["persisted"] = persisted;
    return json;
}
}  // namespace rondo::app
