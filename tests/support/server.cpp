#include "support/server.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace rondo::support {
namespace {
std::string describe(const Error& error) {
    std::string text = error.message;
    for (const auto& fault : error.faults) text += fmt::format("; {}: {}", fault.path, fault.message);
    return text;
}

/// One folder for the trained intents of all servers of this process.
const std::filesystem::path& models() {
    static const TempFolder folder;
    return folder.path();
}

Result<std::unique_ptr<app::App>> try_start(const std::filesystem::path& data, const Server::Settings& settings,
                                            app::App::Options options) {
    std::vector<config::Override> flags{{"data", data.string()},
                                        {"scenarios", RONDO_SOURCE_DIR "/scenarios"},
                                        {"workflow", (data / "workflow_config.json").string()},
                                        {"server.port", "0"},
                                        {"server.threads", "2"}};
    for (const auto& [key, value] : settings) flags.push_back({key, value});
    options.inputs.flags = std::move(flags);
    auto config = app::load_config(options.inputs);
    if (!config) return propagate(config);
    return app::App::start(std::move(*config), std::move(options));
}
}  // namespace

Server::Server(Settings settings, app::App::Options options) : settings_{std::move(settings)}, options_{std::move(options)} {
    std::filesystem::create_directory_symlink(models(), data() / "models");
    start();
}

void Server::start() {
    auto app = try_start(data(), settings_, options_);
    if (!app) throw std::runtime_error{"the server does not start: " + describe(app.error())};
    app_ = std::move(*app);
}

Error refusal_of(Server::Settings settings) {
    const TempFolder data;
    const auto app = try_start(data.path(), settings, {});
    if (app) throw std::runtime_error{"the server was expected to refuse these settings"};
    return app.error();
}
}  // namespace rondo::support
