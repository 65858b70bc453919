#include "app/commands.hpp"
#include "app/server_client.hpp"
#include "app/table.hpp"
#include "base/json.hpp"
#include "engine/ledger/amount.hpp"
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
constexpr const char* kRoute = "/api/v1/budgets";

struct Options {
    ServerOptions server;
    bool json{false};
    std::string subject;
    std::string day, month, shadow;  // set; "" stays as it is
    int warn_percent{0};             // set; 0 stays as it is

    [[nodiscard]] std::string route() const { return fmt::format("{}/{}", kRoute, net::percent_encode(subject)); }
};

std::string amount(const boost::json::object& report, const char* key) {
    const auto& value = report.at(key);
    return value.is_null() ? "-" : ledger::amount_text(ledger::from_units(value.to_number<double>()));
}
std::string percent(const boost::json::object& report) {
    const auto& value = report.at("percentage");
    return value.is_null() ? "-" : fmt::format("{:.1f} %", value.to_number<double>());
}

void add_rows(std::vector<std::vector<std::string>>& rows, const boost::json::object& budget) {
    const auto add = [&](const boost::json::object& report) {
        rows.push_back({text_member(budget, "subject"), text_member(report, "date"), amount(report, "used"), amount(report, "held"),
                        amount(report, "limit"), amount(report, "remaining"), percent(report)});
    };
    add(budget);
    add(budget.at("month").as_object());
}

void print(const std::vector<boost::json::object>& budgets) {
    std::vector<std::vector<std::string>> rows{{"SUBJECT", "PERIOD", "USED", "HELD", "LIMIT", "REMAINING", "SHARE"}};
    for (const auto& budget : budgets) add_rows(rows, budget);
    std::fputs(table(rows, 2).c_str(), stdout);
}

/// One budget in full.
void show(const Options& options, const boost::json::object& budget) {
    if (options.json) {
        std::puts(json::write(budget).c_str());
        return;
    }
    print({budget});
    std::printf("\nwarns at %lld %%; resets %s, the month %s\n",
                static_cast<long long>(budget.at("warn_percent").to_number<std::int64_t>()), text_member(budget, "resets_at").c_str(),
                text_member(budget.at("month").as_object(), "resets_at").c_str());
    if (budget.at("shadow").as_bool()) std::puts("shadow: counts and tells, never refuses");
    if (const auto left = amount(budget.at("month").as_object(), "unaccounted"); left != "0.00")
        std::printf("%s of the month is unaccounted for since a crash; `rondo budgets reconcile` gives it back\n", left.c_str());
}

asio::awaitable<Status> list(ServerClient& server, const Options& options) {
    std::vector<boost::json::object> budgets;
    for (std::string place;;) {
        auto page = co_await server.call(net::Method::get, std::string{kRoute} + "?limit=200" + place);
        if (!page) co_return propagate(page);
        for (auto& item : page->at("items").as_array()) budgets.push_back(std::move(item.as_object()));
        if (!page->at("next").is_string()) break;
        place = "&cursor=" + net::percent_encode(text_member(*page, "next"));
    }
    if (options.json) {
        const boost::json::object whole{{"items", boost::json::array(budgets.begin(), budgets.end())}};
        std::puts(json::write(whole).c_str());
    } else {
        print(budgets);
    }
    co_return Status{};
}

asio::awaitable<Status> ask(ServerClient& server, const Options& options, net::Method method, std::string more = {}) {
    const auto budget = co_await server.call(method, options.route() + more);
    if (!budget) co_return propagate(budget);
    show(options, *budget);
    co_return Status{};
}

/// "none" is no limit. Errors: `invalid_argument`.
Result<boost::json::value> limit_of(const std::string& text, const char* option) {
    if (text == "none") return boost::json::value(nullptr);
    const auto read = ledger::parse_amount(text);
    if (!read) return fail(Code::invalid_argument, fmt::format("{} must be an amount like 5 or 12.50, or none", option));
    return boost::json::value(ledger::to_units(*read));
}

asio::awaitable<Status> set(ServerClient& server, const Options& options) {
    const auto before = co_await server.call(net::Method::get, options.route());
    if (!before) co_return propagate(before);
    boost::json::object wanted{{"day", before->at("limit")},
                               {"month", before->at("month").at("limit")},
                               {"warn_percent", before->at("warn_percent")},
                               {"shadow", before->at("shadow")}};
    for (const auto& [key, text] : {std::pair{"day", &options.day}, std::pair{"month", &options.month}}) {
        if (text->empty()) continue;
        auto limit = limit_of(*text, key);
        if (!limit) co_return propagate(limit);
        wanted[key] = std::move(*limit);
    }
    if (options.warn_percent > 0) wanted["warn_percent"] = options.warn_percent;
    if (!options.shadow.empty()) wanted["shadow"] = options.shadow == "on";
    const auto budget = co_await server.call(net::Method::put, options.route(), std::move(wanted));
    if (!budget) co_return propagate(budget);
    show(options, *budget);
    co_return Status{};
}

using Work = asio::awaitable<Status> (*)(ServerClient&, const Options&);

CLI::App* add(CLI::App& budgets, int& exit, const char* name, const char* about, const std::shared_ptr<Options>& options, Work work) {
    auto* command = budgets.add_subcommand(name, about);
    add_server_options(*command, options->server);
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback(
        [options, &exit, work] { exit = with_server(options->server, [&](ServerClient& server) { return work(server, *options); }); });
    return command;
}
}  // namespace

void add_budgets(CLI::App& root, int& exit) {
    auto* budgets = root.add_subcommand("budgets", "Show and set what may be spent, at a running server");
    budgets->require_subcommand(1);
    budgets->footer(
        "A subject is user:NAME (or just NAME), key:ID, session:ID or tenant:NAME. Days and months are those of UTC. Setting needs an\n"
        "admin's key.\n\n"
        "Examples:\n"
        "  rondo budgets list\n"
        "  rondo budgets set ada --day 5 --month 50\n"
        "  rondo budgets reset ada");
    constexpr const char* kSubject = "user:NAME, NAME, key:ID, session:ID or tenant:NAME";

    auto options = std::make_shared<Options>();
    auto* command = add(*budgets, exit, "list", "Your own budget and those that were set", options, list);
    command->footer("Examples:\n  rondo budgets list\n  rondo budgets list --json | jq '.items[] | select(.percentage > 80).subject'");

    options = std::make_shared<Options>();
    command = add(*budgets, exit, "show", "How one budget stands", options,
                  [](ServerClient& server, const Options& o) { return ask(server, o, net::Method::get); });
    command->add_option("subject", options->subject, kSubject)->required();
    command->footer("Examples:\n  rondo budgets show ada\n  rondo budgets show tenant:default --json");

    options = std::make_shared<Options>();
    command = add(*budgets, exit, "set", "Set a budget in place of the default; what is not given stays", options, set);
    command->add_option("subject", options->subject, kSubject)->required();
    command->add_option("--day", options->day, "Limit of a day: an amount like 5 or 12.50, or none");
    command->add_option("--month", options->month, "Limit of a month, or none");
    command->add_option("--warn-percent", options->warn_percent, "Share of a limit at which an alert is told")->check(CLI::Range(1, 100));
    command->add_option("--shadow", options->shadow, "on: counts and tells, never refuses")->check(CLI::IsMember({"on", "off"}));
    command->footer("Examples:\n  rondo budgets set ada --day 5 --month 50\n  rondo budgets set tenant:default --month none --shadow on");

    options = std::make_shared<Options>();
    command = add(*budgets, exit, "reset", "Back to the configured default", options,
                  [](ServerClient& server, const Options& o) { return ask(server, o, net::Method::delete_); });
    command->add_option("subject", options->subject, kSubject)->required();
    command->footer("Examples:\n  rondo budgets reset ada");

    options = std::make_shared<Options>();
    command = add(*budgets, exit, "reconcile", "Give back what a crash left unaccounted for, once compared with the provider's bill",
                  options, [](ServerClient& server, const Options& o) { return ask(server, o, net::Method::post, "/reconcile"); });
    command->add_option("subject", options->subject, kSubject)->required();
    command->footer("Examples:\n  rondo budgets reconcile ada");
}
}  // namespace rondo::app
