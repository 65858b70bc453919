#include "program.hpp"

#include <fmt/format.h>

namespace rondo::bench {
Result<Program> start_program(const ProgramOptions& options) {
    std::vector<std::string> arguments{"serve",
                                       "--port",
                                       "0",
                                       "--data",
                                       options.data.string(),
                                       "--workflow",
                                       (options.data / "none.json").string(),  // the packs' own
                                       "--log-level",
                                       "warn"};
    if (!options.scenarios.empty()) arguments.insert(arguments.end(), {"--scenarios", options.scenarios.string()});
    const TimePoint begin = Clock::now();
    auto child = Child::start(options.binary, std::move(arguments));
    if (!child) return propagate(child);
    const auto line = (*child)->line(begin + std::chrono::minutes{1});
    const auto ready = Clock::now() - begin;
    if (!line) return propagate(line);
    if (!line->starts_with("listening on ")) return fail(Code::internal, fmt::format("rondo said \"{}\" instead of its address", *line));
    return Program{.child = std::move(*child), .ready = ready};
}

std::filesystem::path find_program() {
    std::error_code ec;
    return std::filesystem::read_symlink("/proc/self/exe", ec).parent_path() / "rondo";
}
}  // namespace rondo::bench
