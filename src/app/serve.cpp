#include "app/commands.hpp"
#include "app/report.hpp"
#include "app/service.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rondo::app {
namespace {
struct Options {
    std::string config, data, host, scenarios, workflow, log_level;
    int port{-1};
    bool takeover{false};
    bool test_routes{false};

    [[nodiscard]] std::vector<config::Override> flags() const {
        std::vector<config::Override> list;
        const auto add = [&list](const char* key, const std::string& value, const char* name) {
            if (!value.empty()) list.push_back({key, value, name});
        };
        add("data", data, "--data");
        add("server.host", host, "--host");
        add("scenarios", scenarios, "--scenarios");
        add("workflow", workflow, "--workflow");
        add("log.level", log_level, "--log-level");
        if (port >= 0) add("server.port", std::to_string(port), "--port");
        return list;
    }
};

int serve(const Options& options) {
    Inputs inputs{.file = options.config.empty() ? std::nullopt : std::optional<std::filesystem::path>{options.config},
                  .flags = options.flags(),
                  .environment = config::process_environment()};
    const auto config = load_config(inputs);
    if (!config) return report(config.error()), kUsage;
    const auto& settings = config->value.log;
    Service::hold_signals();  // before the logger's thread, the first one
    obs::Logger log{{.level = obs::parse_level(settings.level), .queue_lines = static_cast<std::size_t>(settings.queue_lines)}};
    return Service{std::move(inputs), std::move(log), {.take_over = options.takeover, .test_routes = options.test_routes}}.run(*config);
}
}  // namespace

void add_serve(CLI::App& root, int& exit) {
    auto options = std::make_shared<Options>();
    auto* command = root.add_subcommand("serve", "Run the server");
    command->add_option("--config", options->config, "Settings file, YAML or JSON")->check(CLI::ExistingFile);
    command->add_option("--data", options->data, "Folder of everything that is kept (default ./data)");
    command->add_option("--host", options->host, "Address to listen on (default 127.0.0.1)");
    command->add_option("--port", options->port, "Port; 0 lets the system choose (default 8000)")->check(CLI::Range(0, 65'535));
    command->add_option("--scenarios", options->scenarios, "Folder of the scenario packs (default ./scenarios)");
    command->add_option("--workflow", options->workflow, "Workflow file that overrides the packs' (default config/workflow_config.json)");
    command->add_option("--log-level", options->log_level, "trace, debug, info, warn, error or off (default info)");
    command->add_flag("--takeover", options->takeover,
                      "Follow the server that runs on the same data folder: take its socket and connections, lose no request");
    command->add_flag("--test-routes", options->test_routes, "Adds /test/..., for conformance suites; without keys, never in production");
    command->footer(
        "Prints `listening on http://HOST:PORT` (https with TLS) when ready. SIGTERM drains, a second one stops at once.\n"
        "SIGHUP reads the settings file, the scenario packs, the workflow file and the certificate again.\n"
        "SIGUSR2 starts the program anew with --takeover: an upgrade without a failed request (docs/operations.md).\n\n"
        "Examples:\n"
        "  rondo serve\n"
        "  rondo serve --port 9000 --data /var/lib/rondo --config rondo.yaml\n"
        "  rondo serve --takeover --data /var/lib/rondo --config rondo.yaml\n"
        "  RONDO_SERVER__PORT=9000 rondo serve");
    command->callback([options, &exit] { exit = serve(*options); });
}
}  // namespace rondo::app
