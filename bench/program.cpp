#include "program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace rondo::bench {
namespace {
Result<Program> start(const std::filesystem::path& binary, std::vector<std::string> arguments, std::vector<std::string> environment) {
    const TimePoint begin = Clock::now();
    auto child = Child::start(binary, std::move(arguments), std::move(environment));
    if (!child) return propagate(child);
    const auto line = (*child)->line(begin + std::chrono::minutes{1});
    const auto ready = Clock::now() - begin;
    if (!line) return propagate(line);
    std::uint16_t port = 0;
    const auto digits = line->rfind(':') + 1;
    std::from_chars(line->data() + digits, line->data() + line->size(), port);
    if (!line->starts_with("listening on ") || port == 0)
        return fail(Code::internal, fmt::format("rondo said \"{}\" instead of its address", *line));
    return Program{.child = std::move(*child), .ready = ready, .port = port};
}
}  // namespace

Result<Program> start_program(const ProgramOptions& options) {
    std::vector<std::string> arguments{"serve",
                                       "--port",
                                       "0",
                                       "--data",
                                       options.data.string(),
                                       "--workflow",
                                       (options.data / "none.json").string(),  // the packs' own
                                       "--log-level",
                                       options.log_level};
    if (!options.scenarios.empty()) arguments.insert(arguments.end(), {"--scenarios", options.scenarios.string()});
    arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
    return start(options.binary, std::move(arguments), options.environment);
}

Result<Program> start_mock_provider(const MockOptions& options) {
    return start(options.binary,
                 {"mock-provider", "--port", "0", "--key", options.key, "--tokens", fmt::to_string(options.tokens), "--threads",
                  fmt::to_string(options.threads)},
                 {});
}

Result<Program> start_self(std::vector<std::string> arguments) {
    std::error_code ec;
    return start(std::filesystem::read_symlink("/proc/self/exe", ec), std::move(arguments), {});
}

std::vector<std::string> clean_environment(std::vector<std::string> more) {
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!std::string_view{*entry}.starts_with("RONDO_")) more.emplace_back(*entry);
    }
    return more;
}

std::vector<std::string> as_variables(const std::vector<std::string>& settings) {
    std::vector<std::string> all;
    for (const std::string& setting : settings) {
        std::string variable = "RONDO_";
        const auto equals = std::min(setting.find('='), setting.size());
        for (const char c : setting.substr(0, equals)) {
            if (c == '.') variable += "__";
            else variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
        all.push_back(variable + setting.substr(equals));
    }
    return all;
}

std::filesystem::path find_program() {
    std::error_code ec;
    return std::filesystem::read_symlink("/proc/self/exe", ec).parent_path() / "rondo";
}
}  // namespace rondo::bench
