#include "app/chat_client.hpp"
#include "app/commands.hpp"
#include "app/report.hpp"
#include "base/json.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace rondo::app {
namespace {
struct Options {
    ServerOptions server;
    std::string scenario, session, user, script;
    bool json{false}, async_coach{false};
};

/// The lines a script says, one turn each; blank lines and those that begin with # say nothing.
Result<std::vector<std::string>> read_script(const std::string& file) {
    std::ifstream in{file};
    if (!in) return fail(Code::not_found, fmt::format("cannot read the script {}", file));
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty() && line.front() != '#') lines.push_back(line);
    }
    return lines;
}

/// What a person wants to see below an answer that was streamed already.
void print_summary(const boost::json::object& turn) {
    const auto* advice = turn.if_contains("coach_advice");
    if (advice && advice->is_object()) std::printf("    coach: %s\n", text_member(advice->get_object(), "text").c_str());
    const auto& usage = turn.at("usage").as_object();
    const auto* risk = turn.if_contains("compliance");
    std::printf("    [%s · %s · %s%s · %lld tokens · %s ms to first token]\n\n", text_member(turn, "stage").c_str(),
                text_member(turn, "intent").c_str(), text_member(turn, "model").c_str(),
                risk && risk->is_object() ? fmt::format(" · risk {}", text_member(risk->get_object(), "risk_level")).c_str() : "",
                static_cast<long long>(usage.at("total_tokens").to_number<std::int64_t>()), json::write(turn.at("ttft_ms")).c_str());
}

asio::awaitable<Status> talk(ServerClient& server, const Options& options, std::optional<std::vector<std::string>> script) {
    ChatClient client{server};
    auto session = co_await client.open(options.session, options.scenario, options.user);
    if (!session) co_return propagate(session);
    const std::string persona = text_member(session->at("persona").as_object(), "name");
    if (!options.json) {
        std::printf("%s (%s), session %s\n", persona.c_str(), text_member(*session, "scenario").c_str(),
                    text_member(*session, "session_id").c_str());
        std::printf("The embedded rehearsal model answers; it is not a language model. Ctrl-D ends.\n\n%s: %s\n\n", persona.c_str(),
                    text_member(*session, "opening").c_str());
    }
    std::size_t next = 0;
    const auto read_line = [&](std::string& line) {
        if (script) return next < script->size() && (line = (*script)[next++], true);
        if (isatty(STDIN_FILENO) && !options.json) std::fputs("> ", stdout), std::fflush(stdout);
        return static_cast<bool>(std::getline(std::cin, line));  // blocks; nothing else runs in this process
    };
    for (std::string line; read_line(line);) {
        if (line.find_first_not_of(" \t") == std::string::npos) continue;
        if (script && !options.json) std::printf("> %s\n", line.c_str());
        if (!options.json) std::printf("%s: ", persona.c_str()), std::fflush(stdout);
        const auto on_delta = [&](std::string_view text) {
            if (options.json) return;
            std::fwrite(text.data(), 1, text.size(), stdout);
            std::fflush(stdout);
        };
        auto turn = co_await client.say(line, options.async_coach, on_delta);
        if (!turn) co_return propagate(turn);
        if (options.json) {
            std::puts(json::write(*turn).c_str());
        } else {
            std::puts("");
            print_summary(*turn);
        }
    }
    co_return Status{};
}

int chat(const Options& options) {
    std::optional<std::vector<std::string>> script;
    if (!options.script.empty()) {
        auto lines = read_script(options.script);
        if (!lines) return report(lines.error()), kUsage;
        script = std::move(*lines);
    }
    return with_server(options.server, [&](ServerClient& server) { return talk(server, options, std::move(script)); });
}
}  // namespace

void add_chat(CLI::App& root, int& exit) {
    auto options = std::make_shared<Options>();
    auto* command = root.add_subcommand("chat", "Talk to a running server from the terminal");
    command->add_option("--scenario", options->scenario, "Scenario of a new session (default: the server's)");
    command->add_option("--session", options->session, "Session id: goes on with it, or names the new one");
    command->add_option("--user", options->user, "User id of a new session");
    command->add_option("--script", options->script, "Say the lines of this file, one turn each, instead of reading the terminal");
    add_server_options(*command, options->server);
    command->add_flag("--async-coach", options->async_coach, "Let the coach's advice come after the answer");
    command->add_flag("--json", options->json, "Print one JSON object per turn");
    command->footer(
        "Examples:\n"
        "  rondo chat --scenario feynman-en\n"
        "  rondo chat --scenario sales-zh --script scenarios/sales-zh/transcripts/first-meeting.txt --json");
    command->callback([options, &exit] { exit = chat(*options); });
}
}  // namespace rondo::app
