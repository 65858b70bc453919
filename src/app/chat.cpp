#include "app/chat_client.hpp"
#include "app/commands.hpp"
#include "app/report.hpp"
#include "base/json.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
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
    std::string url{"http://127.0.0.1:8000"}, scenario, session, user, script, key_file;
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

/// The first line of the file; a key on the command line would be seen by every user of the machine.
Result<std::string> read_key_of(const std::string& file) {
    std::ifstream in{file};
    std::string key;
    if (!std::getline(in, key)) return fail(Code::not_found, fmt::format("cannot read a key from {}", file));
    if (!key.empty() && key.back() == '\r') key.pop_back();
    return key;
}

std::string text_of(const boost::json::object& turn, const char* key) {
    const auto* value = turn.if_contains(key);
    return value && value->is_string() ? std::string{value->get_string()} : std::string{};
}

/// What a person wants to see below an answer that was streamed already.
void print_summary(const boost::json::object& turn) {
    const auto* advice = turn.if_contains("coach_advice");
    if (advice && advice->is_object()) std::printf("    coach: %s\n", text_of(advice->get_object(), "text").c_str());
    const auto& usage = turn.at("usage").as_object();
    const auto* risk = turn.if_contains("compliance");
    std::printf("    [%s · %s · %s%s · %lld tokens · %s ms to first token]\n\n", text_of(turn, "stage").c_str(),
                text_of(turn, "intent").c_str(), text_of(turn, "model").c_str(),
                risk && risk->is_object() ? fmt::format(" · risk {}", text_of(risk->get_object(), "risk_level")).c_str() : "",
                static_cast<long long>(usage.at("total_tokens").to_number<std::int64_t>()), json::write(turn.at("ttft_ms")).c_str());
}

asio::awaitable<Status> talk(ChatClient& client, const Options& options, std::optional<std::vector<std::string>> script) {
    auto session = co_await client.open(options.session, options.scenario, options.user);
    if (!session) co_return propagate(session);
    const std::string persona = text_of(session->at("persona").as_object(), "name");
    if (!options.json) {
        std::printf("%s (%s), session %s\n", persona.c_str(), text_of(*session, "scenario").c_str(),
                    text_of(*session, "session_id").c_str());
        std::printf("The embedded rehearsal model answers; it is not a language model. Ctrl-D ends.\n\n%s: %s\n\n", persona.c_str(),
                    text_of(*session, "opening").c_str());
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
    std::string key;
    if (!options.key_file.empty()) {
        auto read = read_key_of(options.key_file);
        if (!read) return report(read.error()), kUsage;
        key = std::move(*read);
    }
    asio::io_context loop{1};
    auto client = ChatClient::make(loop.get_executor(), options.url, std::move(key));
    if (!client) return report(client.error()), kUsage;
    Status status;
    asio::co_spawn(loop, talk(**client, options, std::move(script)), [&](const std::exception_ptr& thrown, Status result) {
        status = thrown ? Status{fail(Code::internal, "the server's answer has an unexpected shape")} : std::move(result);
    });
    loop.run();
    if (!status) return report(status.error()), kFailed;
    return kOk;
}
}  // namespace

void add_chat(CLI::App& root, int& exit) {
    auto options = std::make_shared<Options>();
    auto* command = root.add_subcommand("chat", "Talk to a running server from the terminal");
    command->add_option("--scenario", options->scenario, "Scenario of a new session (default: the server's)");
    command->add_option("--session", options->session, "Session id: goes on with it, or names the new one");
    command->add_option("--user", options->user, "User id of a new session");
    command->add_option("--script", options->script, "Say the lines of this file, one turn each, instead of reading the terminal");
    command->add_option("--url", options->url, "Where the server listens (default http://127.0.0.1:8000)");
    command->add_option("--key-file", options->key_file, "File with the API key, for a server that wants one")->check(CLI::ExistingFile);
    command->add_flag("--async-coach", options->async_coach, "Let the coach's advice come after the answer");
    command->add_flag("--json", options->json, "Print one JSON object per turn");
    command->footer(
        "Examples:\n"
        "  rondo chat --scenario feynman-en\n"
        "  rondo chat --scenario sales-zh --script scenarios/sales-zh/transcripts/first-meeting.txt --json");
    command->callback([options, &exit] { exit = chat(*options); });
}
}  // namespace rondo::app
