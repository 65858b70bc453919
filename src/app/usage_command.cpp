#include "app/commands.hpp"
#include "app/server_client.hpp"
#include "app/table.hpp"
#include "base/json.hpp"
#include "platform/net/target.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rondo::app {
namespace {
struct Options {
    ServerOptions server;
    std::string by{"day"}, from, to;
    std::string user, model, scenario, node, key, session, target;
    bool json{false}, csv{false};

    /// The request without the place to go on from.
    [[nodiscard]] std::string request() const {
        std::string text = "/api/v1/usage?limit=1000&by=" + by;
        for (const auto& [name, value] : {std::pair{"from", &from}, std::pair{"to", &to}, std::pair{"user", &user},
                                          std::pair{"model", &model}, std::pair{"scenario", &scenario}, std::pair{"node", &node},
                                          std::pair{"key", &key}, std::pair{"session", &session}, std::pair{"target", &target}}) {
            if (!value->empty()) text += fmt::format("&{}={}", name, net::percent_encode(*value));
        }
        return text;
    }
};

std::string number(const boost::json::object& line, const char* key) { return std::to_string(line.at(key).to_number<std::int64_t>()); }
std::string amount(const boost::json::object& line, const char* key) { return text_member(line.at(key).as_object(), "amount"); }

std::vector<std::string> row(std::string name, const boost::json::object& sums) {
    return {std::move(name),
            number(sums, "calls"),
            number(sums, "input_tokens"),
            number(sums, "output_tokens"),
            number(sums, "cache_write_tokens"),
            number(sums, "cache_read_tokens"),
            amount(sums, "cost"),
            amount(sums, "estimated_cost")};
}

void print(const boost::json::object& report) {
    std::string by = text_member(report, "by");
    for (char& c : by) c = static_cast<char>(c & ~0x20);  // the words are ASCII letters
    std::vector<std::vector<std::string>> rows{{by, "CALLS", "INPUT", "OUTPUT", "CACHE WRITE", "CACHE READ", "COST", "ESTIMATED"}};
    for (const auto& line : report.at("lines").as_array()) {
        const std::string name = text_member(line.as_object(), "name");
        rows.push_back(row(name.empty() ? "-" : name, line.as_object()));
    }
    rows.push_back(row("total", report.at("total").as_object()));
    std::printf("%s to %s (UTC), %s\n\n%s", text_member(report, "from").c_str(), text_member(report, "to").c_str(),
                text_member(report.at("total").at("cost").as_object(), "currency").c_str(), table(rows, 1).c_str());
}

/// All pages as one.
asio::awaitable<Status> tell(ServerClient& server, const Options& options) {
    std::optional<boost::json::object> whole;
    for (std::string place;;) {
        auto page = co_await server.call(net::Method::get, options.request() + place);
        if (!page) co_return propagate(page);
        const auto next = page->at("next");
        if (!whole) {
            whole = std::move(*page);
        } else {
            auto& lines = whole->at("lines").as_array();
            for (auto& line : page->at("lines").as_array()) lines.push_back(std::move(line));
        }
        if (!next.is_string()) break;
        place = "&after=" + net::percent_encode(std::string_view{next.get_string()});
    }
    (*whole)["next"] = nullptr;
    if (options.json) std::puts(json::write(*whole).c_str());
    else print(*whole);
    co_return Status{};
}

/// As the server writes it, page after page under one head line.
asio::awaitable<Status> tell_csv(ServerClient& server, const Options& options) {
    std::string target = options.request() + "&format=csv";
    for (bool first = true; !target.empty(); first = false) {
        const auto page = co_await server.send({.method = net::Method::get, .target = std::exchange(target, {})});
        if (!page) co_return propagate(page);
        const std::string_view body = page->body;
        const auto begin = first ? 0 : std::min(body.size(), body.find('\n') + 1);
        std::fwrite(body.data() + begin, 1, body.size() - begin, stdout);
        const auto link = page->header("link");
        if (link.starts_with('<')) target = link.substr(1, link.find('>') - 1);
    }
    co_return Status{};
}
}  // namespace

void add_usage(CLI::App& root, int& exit) {
    auto options = std::make_shared<Options>();
    auto* command = root.add_subcommand("usage", "What calls of models used and cost, asked of a running server");
    command->add_option("--by", options->by, "What a line stands for (default day)")
        ->check(CLI::IsMember({"day", "user", "model", "scenario", "node"}));
    command->add_option("--from", options->from, "First day, as in 2026-01-31, UTC (default: the first of the month)");
    command->add_option("--to", options->to, "Last day (default today)");
    command->add_option("--user", options->user, "Only what this user's budget paid");
    command->add_option("--model", options->model, "Only this model");
    command->add_option("--scenario", options->scenario, "Only this scenario");
    command->add_option("--node", options->node, "Only this node of workflows");
    command->add_option("--key", options->key, "Only this API key, by its id");
    command->add_option("--session", options->session, "Only this session");
    command->add_option("--target", options->target, "Only this provider target");
    add_server_options(*command, options->server);
    auto* json = command->add_flag("--json", options->json, "Print one JSON object");
    command->add_flag("--csv", options->csv, "Print CSV")->excludes(json);
    command->footer(
        "A user's key shows what that user spent, an operator's or admin's what the tenant spent. ESTIMATED is the part of COST whose\n"
        "tokens rondo counted itself, because a provider did not say.\n\n"
        "Examples:\n"
        "  rondo usage\n"
        "  rondo usage --by user --from 2026-01-01 --to 2026-01-31 --key-file admin.key\n"
        "  rondo usage --by model --csv > usage.csv");
    command->callback([options, &exit] {
        exit = with_server(options->server,
                           [&](ServerClient& server) { return options->csv ? tell_csv(server, *options) : tell(server, *options); });
    });
}
}  // namespace rondo::app
