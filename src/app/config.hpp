#pragma once
#include "app/auth.hpp"
#include "base/config/loader.hpp"
#include "base/describe.hpp"
#include "base/obs/config.hpp"
#include "edge/gateway/wire/config.hpp"
#include "engine/ledger/config.hpp"
#include "engine/llm/config.hpp"
#include "platform/net/http_server.hpp"
#include "platform/store/config.hpp"
#include "talk/scenario/rehearsal_model.hpp"
#include "talk/turn/config.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace rondo::app {
/// Every setting of the server; the defaults alone make a working one.
struct Config {
    std::filesystem::path data{"data"};
    std::filesystem::path scenarios;      ///< empty: looked for, see find_scenarios
    std::string default_scenario{"sales-zh"};
    std::filesystem::path workflow{"config/workflow_config.json"};
    net::HttpServer::Config server;
    gateway::wire::Config ws;
    AuthConfig auth;
    store::Config store;
    turn::Config turn;
    llm::Config llm;
    ledger::Config ledger;
    scenario::RehearsalModel::Config rehearsal;
    obs::Config log;
};

template <class Visitor>
void describe(Visitor& v, Config& c) {
    using namespace std::chrono_literals;
    v.field("data", c.data, Reload::restart, "Folder of everything that is kept: database, trained models.");
    v.field("scenarios", c.scenarios, Reload::live,
            "Folder of the scenario packs; empty: ./scenarios, else those installed beside the program.");
    v.field("default_scenario", c.default_scenario, Reload::live, "The scenario of sessions that name none.");
    v.field("workflow", c.workflow, Reload::live, "A workflow file that, when it exists, overrides every pack's own; empty: none.");
    v.section("server", c.server);
    v.section("ws", c.ws);
    v.section("auth", c.auth);
    v.section("store", c.store);
    v.section("turn", c.turn);
    v.section("llm", c.llm);
    v.section("ledger", c.ledger);
    v.section("rehearsal", c.rehearsal);
    v.section("log", c.log);
}

/// Where settings come from; read at the start, and again at each reload.
struct Inputs {
    std::optional<std::filesystem::path> file{};
    std::vector<config::Override> flags{};
    config::Environment environment{};
    config::Source* shared{nullptr};  ///< settings of several servers; not owned, outlives the server
};

/// The layers: command line over shared store over file over RONDO_... over the founding names over the defaults. Blocks.
/// Errors: the loader's, the source's.
[[nodiscard]] Result<config::Loaded<Config>> load_config(const Inputs& inputs);

/// The configured folder, ./scenarios, or the one installed beside the program. Errors: `not_found`.
[[nodiscard]] Result<std::filesystem::path> find_scenarios(const Config& config);
}  // namespace rondo::app
