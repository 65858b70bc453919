#include "app/commands.hpp"
#include "app/report.hpp"
#include "edge/mock/provider.hpp"
#include "platform/files/read_file.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace rondo::app {
namespace {
constexpr std::size_t kMaxScript = 64U << 20U;

struct Options {
    int port{9100}, tls_port{0}, expired_tls_port{0};
    std::string host{"127.0.0.1"}, script, key;
    long pace_ms{0};
    std::size_t tokens{24}, threads{1};
};

/// Errors: those of the script, with the file's name.
Result<mock::Script> read_script(const std::string& file) {
    if (file.empty()) return mock::Script{};
    const auto text = files::read_file(file, kMaxScript);
    if (!text) return propagate(text);
    auto script = mock::Script::parse(*text);
    if (!script) script.error().message = fmt::format("{}: {}", file, script.error().message);
    return script;
}

int run(const Options& options) {
    auto script = read_script(options.script);
    if (!script) return report(script.error()), kUsage;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread starts, so that all inherit it
    std::signal(SIGPIPE, SIG_IGN);
    const auto given = [](int port) { return port == 0 ? std::nullopt : std::optional{port}; };
    mock::Provider provider{{.host = options.host,
                             .port = options.port,
                             .tls_port = given(options.tls_port),
                             .expired_tls_port = given(options.expired_tls_port),
                             .key = options.key,
                             .tokens = options.tokens,
                             .pace = std::chrono::milliseconds{options.pace_ms},
                             .script = std::move(*script),
                             .threads = options.threads}};
    if (const auto started = provider.start(); !started) return report(started.error()), kFailed;
    const std::string shown = options.host.contains(':') ? "[" + options.host + "]" : options.host;
    std::puts(fmt::format("listening on http://{}:{}", shown, provider.port()).c_str());
    std::fflush(stdout);
    int signal = 0;
    sigwait(&signals, &signal);
    provider.stop();
    return kOk;
}
}  // namespace

void add_mock_provider(CLI::App& root, int& exit) {
    auto options = std::make_shared<Options>();
    auto* command = root.add_subcommand("mock-provider", "Run a deterministic provider of models that breaks on request");
    command->add_option("--port", options->port, "Port; 0 lets the system choose")->check(CLI::Range(0, 65'535))->capture_default_str();
    command->add_option("--host", options->host, "Address to listen on")->capture_default_str();
    command->add_option("--tls-port", options->tls_port, "Also speak TLS here, with a self-signed certificate")
        ->check(CLI::Range(1, 65'535));
    command->add_option("--expired-tls-port", options->expired_tls_port, "Also speak TLS here, with an expired certificate")
        ->check(CLI::Range(1, 65'535));
    command->add_option("--script", options->script, "Answers by message: JSON, an array or an object a line")->check(CLI::ExistingFile);
    command->add_option("--pace-ms", options->pace_ms, "Between two tokens of a stream; 0: the stream leaves in one write")
        ->check(CLI::Range(0, 60'000))
        ->capture_default_str();
    command->add_option("--tokens", options->tokens, "Tokens of an answer that no script gives")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command->add_option("--key", options->key, "Refuse callers that do not send this key (default: all may ask)");
    command->add_option("--threads", options->threads, "Event loops")->check(CLI::Range(1, 64))->capture_default_str();
    command->footer(
        "Speaks the OpenAI API (chat completions, embeddings, models) and the Anthropic Messages API. The request's model chooses a\n"
        "fault: ok, rate-limit, stall@5, cut@3, flaky-2, ...; any other name answers as ok. GET /attempts tells what callers did.\n"
        "docs/mock-provider.md lists the faults. Prints `listening on http://HOST:PORT` when ready; SIGTERM ends it.\n\n"
        "Examples:\n"
        "  rondo mock-provider\n"
        "  rondo mock-provider --port 0 --tokens 64 --pace-ms 20\n"
        "  rondo mock-provider --tls-port 9443 --key secret --script answers.jsonl");
    command->callback([options, &exit] { exit = run(*options); });
}
}  // namespace rondo::app
