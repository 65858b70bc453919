#include "app/commands.hpp"
#include "app/config.hpp"
#include "app/key_folder.hpp"
#include "app/report.hpp"
#include "base/config/duration.hpp"
#include "base/json.hpp"
#include "mind/guard/key_text.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace rondo::app {
namespace {
struct Options {
    std::string data, config;
    bool json{false};
    std::string id;                                                     // revoke, rotate
    std::string name{"key"}, scope{"user"}, tenant{"default"}, user, budget, expires;  // create
    std::int64_t requests_per_minute{0}, tokens_per_minute{0};
    std::string grace{"24h"};                                           // rotate
};

Result<KeyFolder> folder_of(const Options& options) {
    Inputs inputs{.file = options.config.empty() ? std::nullopt : std::optional<std::filesystem::path>{options.config},
                  .environment = config::process_environment()};
    if (!options.data.empty()) inputs.flags.push_back({"data", options.data, "--data"});
    const auto loaded = load_config(inputs);
    if (!loaded) return propagate(loaded);
    return KeyFolder{loaded->value.data};
}

Result<std::chrono::seconds> seconds_of(const std::string& text, const char* option) {
    const auto read = config::parse_duration(text, std::chrono::seconds{1});
    if (read) return std::chrono::duration_cast<std::chrono::seconds>(*read);
    return fail(Code::invalid_argument, fmt::format("{} must be a time like 90d, 12h or 30m", option));
}

const char* state_of(const guard::KeyRecord& key, WallTime now) {
    if (key.revoked) return "revoked";
    if (key.expires && *key.expires <= now) return "expired";
    return "good";
}

boost::json::value shown(const std::optional<WallTime>& time) { return time ? boost::json::value(iso8601(*time)) : nullptr; }

boost::json::object key_json(const guard::KeyRecord& key, const guard::LastUsed::Times& used) {
    const auto at = used.find(key.id);
    const auto former = key.former ? std::optional{key.former->until} : std::nullopt;
    return {{"id", key.id},
            {"name", key.name},
            {"scope", std::string{guard::name(key.role)}},
            {"tenant", key.scope.tenant.value},
            {"user", key.scope.user.value},
            {"state", state_of(key, Clock::wall())},
            {"created", iso8601(key.created)},
            {"expires", shown(key.expires)},
            {"revoked", shown(key.revoked)},
            {"old_secret_until", shown(former)},
            {"last_used", shown(at == used.end() ? std::nullopt : std::optional{at->second})},
            {"requests_per_minute", key.limits.requests_per_minute},
            {"tokens_per_minute", key.limits.tokens_per_minute},
            {"budget", key.budget}};
}

int show_issued(const Options& options, const guard::KeyBook::Issued& issued, const char* note) {
    if (options.json) {
        auto out = key_json(issued.record, {});
        out["key"] = issued.text;
        std::puts(json::write(out).c_str());
        return kOk;
    }
    // The key alone on stdout, so that it can be piped where it belongs.
    std::puts(issued.text.c_str());
    std::fprintf(stderr, "%s\n", note);
    return kOk;
}

int failed(const Error& error) {
    report(error);
    return error.code == Code::invalid_argument ? kUsage : kFailed;
}

int create(const Options& options) {
    guard::KeyRequest wanted{.name = options.name,
                             .scope = {TenantId{options.tenant}, UserId{options.user.empty() ? options.name : options.user}},
                             .limits = {options.requests_per_minute, options.tokens_per_minute},
                             .budget = options.budget};
    static_cast<void>(guard::parse_role(options.scope, wanted.role));  // the option knows the words
    if (!options.expires.empty()) {
        const auto lifetime = seconds_of(options.expires, "--expires");
        if (!lifetime) return failed(lifetime.error());
        wanted.lifetime = *lifetime;
    }
    const auto folder = folder_of(options);
    if (!folder) return failed(folder.error());
    std::optional<guard::KeyBook::Issued> issued;
    const auto changed = folder->change([&](guard::KeyBook& book) -> Status {
        auto made = book.create(wanted, guard::random_key_id(), guard::random_secret(), Clock::wall());
        if (!made) return propagate(made);
        issued = std::move(*made);
        return {};
    });
    if (!changed) return failed(changed.error());
    return show_issued(options, *issued, "This is the only time the key is shown. A running server knows it within a second.");
}

int rotate(const Options& options) {
    const auto grace = seconds_of(options.grace, "--grace");
    if (!grace) return failed(grace.error());
    const auto folder = folder_of(options);
    if (!folder) return failed(folder.error());
    std::optional<guard::KeyBook::Issued> issued;
    const auto changed = folder->change([&](guard::KeyBook& book) -> Status {
        auto made = book.rotate(options.id, guard::random_secret(), *grace, Clock::wall());
        if (!made) return propagate(made);
        issued = std::move(*made);
        return {};
    });
    if (!changed) return failed(changed.error());
    const auto note = issued->record.former ? fmt::format("This is the only time the new key is shown. The old one works until {}.",
                                                          iso8601(issued->record.former->until))
                                            : std::string{"This is the only time the new key is shown. The old one no longer works."};
    return show_issued(options, *issued, note.c_str());
}

int revoke(const Options& options) {
    const auto folder = folder_of(options);
    if (!folder) return failed(folder.error());
    std::optional<guard::KeyRecord> revoked;
    const auto changed = folder->change([&](guard::KeyBook& book) -> Status {
        auto record = book.revoke(options.id, Clock::wall());
        if (!record) return propagate(record);
        revoked = std::move(*record);
        return {};
    });
    if (!changed) return failed(changed.error());
    if (options.json) std::puts(json::write(key_json(*revoked, folder->last_used())).c_str());
    else fmt::print("{} ({}) is revoked; a running server refuses it within a second\n", revoked->id, revoked->name);
    return kOk;
}

int list(const Options& options) {
    const auto folder = folder_of(options);
    if (!folder) return failed(folder.error());
    const auto book = folder->read();
    if (!book) return failed(book.error());
    const auto used = folder->last_used();
    if (options.json) {
        boost::json::array keys;
        for (const auto& [id, key] : book->records()) keys.push_back(key_json(key, used));
        std::puts(json::write(boost::json::object{{"keys", std::move(keys)}}).c_str());
        return kOk;
    }
    if (book->empty()) {
        std::puts("no keys; `rondo keys create` makes one");
        return kOk;
    }
    const auto day = [](const std::optional<WallTime>& time) { return time ? iso8601(*time).substr(0, 16) + "Z" : std::string{"-"}; };
    constexpr const char* kLine = "{:<12}  {:<8}  {:<8}  {:<24}  {:<17}  {:<17}  {}\n";
    fmt::print(fmt::runtime(kLine), "ID", "SCOPE", "STATE", "TENANT/USER", "EXPIRES", "LAST USED", "NAME");
    for (const auto& [id, key] : book->records()) {
        const auto at = used.find(id);
        fmt::print(fmt::runtime(kLine), id, guard::name(key.role), state_of(key, Clock::wall()),
                   key.scope.tenant.value + "/" + key.scope.user.value, day(key.expires),
                   day(at == used.end() ? std::nullopt : std::optional{at->second}), key.name);
    }
    return kOk;
}

CLI::App* add(CLI::App& keys, const char* name, const char* about, const std::shared_ptr<Options>& options) {
    auto* command = keys.add_subcommand(name, about);
    command->add_option("--data", options->data, "Data folder of the server (default: the configured one, ./data)")->type_name("DIR");
    command->add_option("--config", options->config, "Settings file that names the data folder")->check(CLI::ExistingFile);
    command->add_flag("--json", options->json, "Print one JSON object");
    return command;
}
}  // namespace

void add_keys(CLI::App& root, int& exit) {
    auto* keys = root.add_subcommand("keys", "Make, list, revoke and rotate API keys");
    keys->require_subcommand(1);
    keys->footer(
        "Works beside a running server, which has every change within a second. Once there is a key, the server wants one with\n"
        "every request.\n\n"
        "Examples:\n"
        "  rondo keys create --name ada\n"
        "  rondo keys list\n"
        "  rondo keys rotate 3f9k2m8x1c0v --grace 1h");

    auto options = std::make_shared<Options>();
    auto* command = add(*keys, "create", "Make a key and print it, once", options);
    command->add_option("--name", options->name, "What it is for, for people");
    command->add_option("--scope", options->scope, "What it may do (default user)")->check(CLI::IsMember({"user", "operator", "admin"}));
    command->add_option("--tenant", options->tenant, "Whose data it opens (default: default)");
    command->add_option("--user", options->user, "Which user of the tenant it is (default: its name)");
    command->add_option("--expires", options->expires, "Lifetime: 90d, 12h (default: for ever)");
    command->add_option("--requests-per-minute", options->requests_per_minute, "0: the server's own limit")->check(CLI::NonNegativeNumber);
    command->add_option("--tokens-per-minute", options->tokens_per_minute, "0: the server's own limit")->check(CLI::NonNegativeNumber);
    command->add_option("--budget", options->budget, "Whose budget pays (default: the user's own)");
    command->footer(
        "The key is the only thing on stdout. It is stored as a keyed hash and cannot be shown again.\n\n"
        "Examples:\n"
        "  rondo keys create --name ada --expires 90d\n"
        "  rondo keys create --name grafana --scope operator\n"
        "  rondo keys create --name shop --tenant acme --user web --requests-per-minute 600 --json");
    command->callback([options, &exit] { exit = create(*options); });

    options = std::make_shared<Options>();
    command = add(*keys, "list", "List keys: what they may do, until when, when last used", options);
    command->footer("Examples:\n  rondo keys list\n  rondo keys list --json | jq '.keys[] | select(.state == \"good\")'");
    command->callback([options, &exit] { exit = list(*options); });

    options = std::make_shared<Options>();
    command = add(*keys, "revoke", "End a key, at once and for good", options);
    command->add_option("id", options->id, "The key's id, as `rondo keys list` shows it")->required();
    command->footer("Examples:\n  rondo keys revoke 3f9k2m8x1c0v");
    command->callback([options, &exit] { exit = revoke(*options); });

    options = std::make_shared<Options>();
    command = add(*keys, "rotate", "Give a key a new secret and print it, once", options);
    command->add_option("id", options->id, "The key's id, as `rondo keys list` shows it")->required();
    command->add_option("--grace", options->grace, "How long the old secret still works (default 24h; 0 ends it at once)");
    command->footer("Examples:\n  rondo keys rotate 3f9k2m8x1c0v\n  rondo keys rotate 3f9k2m8x1c0v --grace 0");
    command->callback([options, &exit] { exit = rotate(*options); });
}
}  // namespace rondo::app
