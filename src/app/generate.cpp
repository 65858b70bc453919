#include "app/command_help.hpp"
#include "app/commands.hpp"
#include "app/completion.hpp"
#include "app/config.hpp"
#include "app/man_page.hpp"
#include "app/report.hpp"
#include "app/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>

namespace rondo::app {
namespace {
Status write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream out{file, std::ios::binary | std::ios::trunc};
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) return fail(Code::unavailable, fmt::format("cannot write {}", file.string()));
    return {};
}

/// Of the defaults: neither a file nor the builder's environment may show in what is generated.
Status generate(const CLI::App& root, const std::filesystem::path& folder) {
    const auto settings = load_config({});
    if (!settings) return propagate(settings);
    const CommandHelp help = command_help(root);
    if (auto done = write(folder / "rondo.1", man_page(help, settings->settings, kVersion)); !done) return done;
    if (auto done = write(folder / "rondo.bash", bash_completion(help)); !done) return done;
    return write(folder / "_rondo", zsh_completion(help));
}
}  // namespace

void add_generate(CLI::App& root, int& exit) {
    auto folder = std::make_shared<std::string>();
    auto* command = root.add_subcommand("generate", "Write the manual page and the completions into a folder")->group("");
    command->add_option("folder", *folder, "Where rondo.1, rondo.bash and _rondo go")->required()->check(CLI::ExistingDirectory);
    command->callback([&root, folder, &exit] {
        const auto done = generate(root, *folder);
        if (!done) report(done.error());
        exit = done ? kOk : kFailed;
    });
}
}  // namespace rondo::app
