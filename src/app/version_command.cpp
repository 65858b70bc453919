#include "app/commands.hpp"
#include "app/version.hpp"
#include "base/json.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <cstdio>
#include <memory>

namespace rondo::app {
void add_version(CLI::App& root, int& exit) {
    auto json = std::make_shared<bool>(false);
    auto* command = root.add_subcommand("version", "Print version and build");
    command->add_flag("--json", *json, "Print one JSON object");
    command->callback([json, &exit] {
        if (*json) {
            std::puts(
                json::write(
                    boost::json::object{
                        {"name", "rondo"}, {"version", kVersion}, {"revision", kRevision}, {"compiler", kCompiler}, {"build", kBuild}})
                    .c_str());
        } else {
            std::printf("rondo %s (%s, %s, %s)\n", kVersion, kRevision, kCompiler, kBuild);
        }
        exit = kOk;
    });
}
}  // namespace rondo::app
