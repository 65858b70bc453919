#include "app/app.hpp"
#include "app/commands.hpp"
#include "app/report.hpp"
#include "platform/net/service_manager.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <unistd.h>

namespace rondo::app {
namespace {
struct Options {
    std::string config, data, host, scenarios, workflow, log_level;
    int port{-1};
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

/// The signals a server understands: two end it, SIGHUP reloads. Blocked in every thread, taken by sigwait in this one.
sigset_t known_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

int serve(const Options& options) {
    const Inputs inputs{.file = options.config.empty() ? std::nullopt : std::optional<std::filesystem::path>{options.config},
                        .flags = options.flags(),
                        .environment = config::process_environment()};
    auto config = load_config(inputs);
    if (!config) return report(config.error()), kUsage;
    const sigset_t signals = known_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread starts, so that all inherit it
    std::signal(SIGPIPE, SIG_IGN);
    const auto manager = net::ServiceManager::from_environment();
    obs::Logger log{
        {.level = obs::parse_level(config->value.log.level), .queue_lines = static_cast<std::size_t>(config->value.log.queue_lines)}};
    static std::atomic<bool> store_failed{false};
    const std::string host = config->value.server.host;
    const char* const scheme = config->value.server.tls.on() ? "https" : "http";
    auto app = App::start(std::move(*config), {.inputs = inputs, .log = log, .test_routes = options.test_routes, .on_fatal = [] {
                                                   store_failed = true;
                                                   kill(getpid(), SIGTERM);
                                               }});
    if (!app) return report(app.error()), app.error().code == Code::invalid_argument ? kUsage : kFailed;
    const std::string shown = host.contains(':') ? "[" + host + "]" : host;
    const auto listening = fmt::format("listening on {}://{}:{}", scheme, shown, (*app)->port());
    std::puts(listening.c_str());
    std::fflush(stdout);
    if (const auto told = manager.ready(listening); !told) log.warn("service_manager_unheard", {{"message", told.error().message}});

    int signal = 0;
    while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) (*app)->reload();
    if (store_failed) {  // nothing can be acknowledged any more: leave at once, recovery does the rest
        std::fputs("rondo: the store failed; start again to recover\n", stderr);
        return kFailed;
    }
    static_cast<void>(manager.stopping());  // it sent the signal, as a rule
    // A second signal ends the process at once.
    std::signal(SIGHUP, SIG_IGN);
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    (*app)->drain();
    return kOk;
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
    command->add_flag("--test-routes", options->test_routes, "Adds /test/..., for conformance suites; without keys, never in production");
    command->footer(
        "Prints `listening on http://HOST:PORT` (https with TLS) when ready. SIGTERM drains, a second one stops at once.\n"
        "SIGHUP reads the settings file, the scenario packs, the workflow file and the certificate again.\n\n"
        "Examples:\n"
        "  rondo serve\n"
        "  rondo serve --port 9000 --data /var/lib/rondo --config rondo.yaml\n"
        "  RONDO_SERVER__PORT=9000 rondo serve");
    command->callback([options, &exit] { exit = serve(*options); });
}
}  // namespace rondo::app
