#pragma once
#include "app/generation.hpp"

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

/// The configuration as the API and `check-config` tell it. Pure.
namespace rondo::app {
/// One setting: key, value, source and what describe() says of it; `pending` when a restart will change it.
[[nodiscard]] boost::json::object setting_json(const config::Setting& setting);
/// GET /api/v1/config.
[[nodiscard]] boost::json::object settings_json(const LiveGeneration::Pin& pin, const std::optional<ReloadFailure>& failure);
/// GET /api/v1/config/workflow: the overriding workflow, else that of the default scenario.
[[nodiscard]] boost::json::object workflow_json(const LiveGeneration::Pin& pin, const std::optional<ReloadFailure>& failure);
/// The answer to PUT /api/v1/config/workflow.
[[nodiscard]] boost::json::object replaced_json(const LiveGeneration::Pin& pin, bool persisted);
/// [{"pointer", "message"}]
[[nodiscard]] boost::json::array faults_json(const Error& error);

/// The JSON Schemas of the configuration file and of a workflow, as text.
[[nodiscard]] std::string settings_schema();
[[nodiscard]] std::string workflow_schema();
}  // namespace rondo::app
