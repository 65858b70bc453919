#pragma once
#include "app/app.hpp"
#include "support/temp_folder.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rondo::support {
/// The whole server in this process, on a port of the system's choice, with a data folder of its own and the scenarios of
/// the source tree. Trained intents are shared by all servers of one test binary: training them is not what is tested.
class Server {
public:
    using Settings = std::vector<std::pair<std::string, std::string>>;  ///< as on the command line: {"turn.busy", "queue"}
    using AdjustNodes = std::function<void(agent::NodeSet&)>;

    /// Throws with the faults when it cannot start.
    explicit Server(Settings settings = {}, AdjustNodes adjust_nodes = {})
        : Server{std::move(settings), app::App::Options{.adjust_nodes = std::move(adjust_nodes)}} {}
    /// With parts that break, or settings from more places (`inputs`); what `options` point to must outlive the server.
    Server(Settings settings, app::App::Options options);

    [[nodiscard]] std::uint16_t port() const { return app_->port(); }
    [[nodiscard]] app::App& app() { return *app_; }
    [[nodiscard]] const std::filesystem::path& data() const { return data_.path(); }
    [[nodiscard]] std::filesystem::path workflow_file() const {
        return data() / "workflow_config.json";
    }  ///< unless a setting says otherwise

    void stop() { app_.reset(); }   ///< without draining: what runs is left for the next start
    void start();                   ///< again, on the same data, on another port
    void restart() {
        stop();
        start();
    }

private:
    Settings settings_;
    app::App::Options options_;
    TempFolder data_;
    std::unique_ptr<app::App> app_;
};

/// What starting with these settings is refused with. Throws when it is not refused.
[[nodiscard]] Error refusal_of(Server::Settings settings);
}  // namespace rondo::support
