#include "app/commands.hpp"
#include "app/report.hpp"
#include "app/scenario_report.hpp"
#include "app/scenario_template.hpp"
#include "base/json.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace rondo::app {
namespace {
struct CheckOptions {
    std::vector<std::string> folders;
    bool json{false};
};

int check(const CheckOptions& options) {
    int exit = kOk;
    boost::json::array packs;
    for (const std::string& folder : options.folders) {
        const CheckedPack checked = check_pack(folder);
        // A wrong path outweighs a faulty pack: the other findings may be about the wrong folders.
        if (!checked.pack) exit = std::max<int>(exit, checked.refusal.code == Code::not_found ? kUsage : kFailed);
        if (options.json) packs.push_back(to_json(checked));
        else std::fputs(to_text(checked).c_str(), checked.pack ? stdout : stderr);
    }
    if (options.json) std::puts(json::write(boost::json::object{{"valid", exit == kOk}, {"packs", std::move(packs)}}).c_str());
    return exit;
}

struct NewOptions {
    std::string name, language, parent{"scenarios"};
};

int make_new(NewOptions options) {
    // The shipped packs end in their language, and so will most others.
    if (options.language.empty()) options.language = options.name.ends_with("-zh") ? "zh" : "en";
    const auto folder = write_scenario_template(options.parent, options.name, options.language);
    if (!folder) return report(folder.error()), folder.error().code == Code::invalid_argument ? kUsage : kFailed;
    std::fputs(fmt::format("wrote {0}\n\n"
                           "  edit   {0}/scenario.yaml\n"
                           "  check  rondo scenario check {0}\n"
                           "  play   RONDO_DEFAULT_SCENARIO={2} rondo serve --scenarios {1}, then in the page or by: rondo chat\n",
                           folder->string(), options.parent, options.name)
                   .c_str(),
               stdout);
    return kOk;
}

void add_check(CLI::App& scenario, int& exit) {
    auto options = std::make_shared<CheckOptions>();
    auto* command = scenario.add_subcommand("check", "Check scenario packs and say how well their intents are told apart");
    command->add_option("DIR", options->folders, "Folder of a pack")->required()->expected(1, 256);
    command->add_flag("--json", options->json, "Print one JSON object");
    command->footer(
        "A faulty pack is refused with the file and line of every fault (exit code 1; 2 when there is no such folder). For a\n"
        "sound one prints what is in it, the intents that are mistaken for others, and warnings, which refuse nothing.\n\n"
        "Examples:\n"
        "  rondo scenario check scenarios/*/\n"
        "  rondo scenario check scenarios/sales-en --json | jq .packs[0].separation");
    command->callback([options, &exit] { exit = check(*options); });
}

void add_new(CLI::App& scenario, int& exit) {
    auto options = std::make_shared<NewOptions>();
    auto* command = scenario.add_subcommand("new", "Write a small commented scenario pack to begin with");
    command->add_option("NAME", options->name, "The pack's id and folder: lower-case letters, digits, _ and -")->required();
    command->add_option("--language", options->language, "zh or en (default: zh when NAME ends in -zh, else en)")
        ->check(CLI::IsMember({"zh", "en"}));
    command->add_option("--dir", options->parent, "Folder of the packs (default scenarios)");
    command->footer(
        "The pack passes `rondo scenario check` and can be played at once; change it from there. An existing folder is never\n"
        "touched.\n\n"
        "Examples:\n"
        "  rondo scenario new barista-en\n"
        "  rondo scenario new interview --language zh --dir ~/packs");
    command->callback([options, &exit] { exit = make_new(*options); });
}
}  // namespace

void add_scenario(CLI::App& root, int& exit) {
    auto* command = root.add_subcommand("scenario", "Check scenario packs, or begin a new one");
    command->require_subcommand(1);
    command->footer("rondo scenario COMMAND --help says more; docs/scenarios.md explains every key of a pack.");
    add_check(*command, exit);
    add_new(*command, exit);
}
}  // namespace rondo::app
