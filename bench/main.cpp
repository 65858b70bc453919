#include "commands.hpp"

#include "app/commands.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    using namespace rondo;
    CLI::App root{"rondo-bench: what rondo's speed is, measured", "rondo-bench"};
    root.require_subcommand(1);
    root.footer(
        "Exit codes: 0 done, 1 failed (a single failed turn or call is enough), 2 wrong usage.\n\n"
        "Examples:\n"
        "  rondo-bench turn\n"
        "  rondo-bench turn --json\n"
        "  rondo-bench startup\n"
        "  rondo-bench soak\n"
        "  rondo-bench overload\n"
        "  rondo-bench gateway --table\n"
        "  rondo-bench ws\n\n"
        "rondo-bench COMMAND --help says more.");
    int exit = app::kOk;
    bench::add_turn(root, exit);
    bench::add_startup(root, exit);
    bench::add_soak(root, exit);
    bench::add_overload(root, exit);
    bench::add_gateway(root, exit);
    bench::add_ws(root, exit);
    bench::add_drive(root, exit);
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& error) { return root.exit(error) == 0 ? app::kOk : app::kUsage; } catch (const std::exception& error) {
        std::fprintf(stderr, "rondo-bench: %s\n", error.what());
        return app::kFailed;
    }
    return exit;
}
