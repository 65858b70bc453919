#include "app/commands.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    using namespace rondo::app;
    CLI::App root{"rondo: a conversation server for AI coaches, tutors and role-play trainers", "rondo"};
    root.require_subcommand(1);
    root.footer(
        "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.\n\n"
        "Examples:\n"
        "  rondo serve\n"
        "  rondo chat --scenario sales-zh\n"
        "  rondo check-config --config rondo.yaml\n"
        "  rondo intents train support.tsv -o support.model\n\n"
        "rondo COMMAND --help says more.");
    int exit = kOk;
    add_serve(root, exit);
    add_chat(root, exit);
    add_check_config(root, exit);
    add_workflow(root, exit);
    add_scenario(root, exit);
    add_intents(root, exit);
    add_keys(root, exit);
    add_usage(root, exit);
    add_budgets(root, exit);
    add_mock_provider(root, exit);
    add_version(root, exit);
    add_generate(root, exit);
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& error) { return root.exit(error) == 0 ? kOk : kUsage; } catch (const std::exception& error) {
        std::fprintf(stderr, "rondo: %s\n", error.what());
        return kFailed;
    }
    return exit;
}
