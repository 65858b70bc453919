#include "rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace rondo::tidy {
namespace {
bool is_cpp(std::string_view path) { return path.ends_with(".cpp") || path.ends_with(".hpp"); }
bool is_source(std::string_view path) { return is_cpp(path) || path.ends_with(".ts") || path.ends_with(".tsx"); }
std::string at_line(const std::string& path, std::size_t line) { return path + ":" + std::to_string(line); }

/// A name whose raw use is refused outside base/ and platform/.
struct RawForm {
    enum class Where {
        anywhere,    ///< wherever the name stands
        called,      ///< as a free function: `name(`, not a member
        in_std,      ///< std::name
        std_called,  ///< ::name( or std::name(
    };
    std::string_view word;
    Where where;
    std::string_view instead;
};

constexpr std::array kRawForms{
    RawForm{"steady_clock", RawForm::Where::anywhere, "rondo::Clock"},
    RawForm{"system_clock", RawForm::Where::anywhere, "rondo::Clock"},
    RawForm{"high_resolution_clock", RawForm::Where::anywhere, "rondo::Clock"},
    RawForm{"gettimeofday", RawForm::Where::anywhere, "rondo::Clock"},
    RawForm{"clock_gettime", RawForm::Where::anywhere, "rondo::Clock"},
    RawForm{"time", RawForm::Where::std_called, "rondo::Clock"},
    RawForm{"steady_timer", RawForm::Where::anywhere, "rondo::Timer"},
    RawForm{"system_timer", RawForm::Where::anywhere, "rondo::Timer"},
    RawForm{"random_device", RawForm::Where::anywhere, "rondo::Rng"},
    RawForm{"mt19937", RawForm::Where::anywhere, "rondo::Rng"},
    RawForm{"mt19937_64", RawForm::Where::anywhere, "rondo::Rng"},
    RawForm{"default_random_engine", RawForm::Where::anywhere, "rondo::Rng"},
    RawForm{"rand", RawForm::Where::called, "rondo::Rng"},
    RawForm{"srand", RawForm::Where::called, "rondo::Rng"},
    RawForm{"sleep_for", RawForm::Where::anywhere, "rondo::pause"},
    RawForm{"sleep_until", RawForm::Where::anywhere, "rondo::pause"},
    RawForm{"thread", RawForm::Where::in_std, "a thread that platform/ owns"},
    RawForm{"jthread", RawForm::Where::in_std, "a thread that platform/ owns"},
    RawForm{"async", RawForm::Where::in_std, "asio::co_spawn"},
};

/// What a name's use looks like from outside.
struct Surroundings {
    bool scoped{false};  ///< :: stands before it
    std::string_view scope;  ///< the word before that ::, empty for the global scope
    bool member{false};
    bool called{false};
};

Surroundings look_around(std::string_view code, std::size_t at, std::size_t size) {
    Surroundings seen;
    const auto before = code.substr(0, at);
    seen.scoped = before.ends_with("::");
    seen.member = before.ends_with(".") || before.ends_with("->");
    if (seen.scoped) {
        std::size_t begin = at - 2;
        while (begin > 0 && is_word(code[begin - 1])) --begin;
        seen.scope = code.substr(begin, at - 2 - begin);
    }
    const auto next = code.find_first_not_of(" \t\n", at + size);
    seen.called = next != code.npos && code[next] == '(';
    return seen;
}

bool refused(const RawForm& form, const Surroundings& seen) {
    const bool std_or_global = seen.scoped && (seen.scope.empty() || seen.scope == "std");
    switch (form.where) {
        case RawForm::Where::anywhere: return true;
        case RawForm::Where::called: return seen.called && !seen.member && (!seen.scoped || std_or_global);
        case RawForm::Where::in_std: return seen.scope == "std";
        case RawForm::Where::std_called: return seen.called && std_or_global;
    }
    return false;
}

void find_raw(const File& file, const std::string& code, const RawForm& form, Findings& found) {
    for (auto at = code.find(form.word); at != code.npos; at = code.find(form.word, at + 1)) {
        const auto end = at + form.word.size();
        if ((at > 0 && is_word(code[at - 1])) || (end < code.size() && is_word(code[end]))) continue;
        // How many cores there are is a fact about the machine, not a thread.
        if (std::string_view{code}.substr(end).starts_with("::hardware_concurrency")) continue;
        if (!refused(form, look_around(code, at, form.word.size()))) continue;
        found.push_back({at_line(file.path, line_of(code, at)), "raw " + std::string{form.word} + ": use " + std::string{form.instead}});
    }
}

std::vector<std::size_t> sorted_lengths(const std::vector<File>& files) {
    std::vector<std::size_t> lengths;
    for (const File& file : files) {
        if (is_source(file.path)) lengths.push_back(line_count(file.text));
    }
    std::ranges::sort(lengths);
    return lengths;
}
}  // namespace

Findings check_raw_forms(const std::vector<File>& files) {
    Findings found;
    for (const File& file : files) {
        if (!file.path.starts_with("src/") || !is_cpp(file.path)) continue;
        if (file.path.starts_with("src/base/") || file.path.starts_with("src/platform/")) continue;
        const std::string code = code_of(file.text, true);
        for (const RawForm& form : kRawForms) find_raw(file, code, form, found);
    }
    return found;
}

Findings check_readmes(const std::vector<File>& files) {
    Findings found;
    for (const Module& module : modules_of(files)) {
        const std::string wanted = module.folder + "/README.md";
        if (std::ranges::none_of(files, [&](const File& file) { return file.path == wanted; })) {
            found.push_back({module.folder, "module " + module.name + " has no README.md"});
        }
    }
    return found;
}

Findings check_machine_paths(const std::vector<File>& files) {
    // In two pieces, or this list would be the first finding.
    static const std::array kFolders{std::string{"/"} + "work/", std::string{"/"} + "tmp/", std::string{"/"} + "root/",
                                     std::string{"/"} + "home/", std::string{"/"} + "Users/"};
    Findings found;
    for (const File& file : files) {
        for (const std::string& folder : kFolders) {
            for (auto at = file.text.find(folder); at != std::string::npos; at = file.text.find(folder, at + 1)) {
                // Part of a longer path or of an address: not the machine's root folder.
                const char before = at == 0 ? ' ' : file.text[at - 1];
                if (is_word(before) || before == '.' || before == '/' || before == '}' || before == '$' || before == '*') continue;
                found.push_back({at_line(file.path, line_of(file.text, at)), "names a folder of somebody's machine: " + folder});
            }
        }
    }
    return found;
}

Lengths lengths_of(const std::vector<File>& files) {
    const auto lengths = sorted_lengths(files);
    if (lengths.empty()) return {};
    const auto rank = [&](std::size_t percent) { return lengths[(lengths.size() * percent + 99) / 100 - 1]; };
    return {.files = lengths.size(), .median = rank(50), .p90 = rank(90), .longest = lengths.back()};
}

Findings check_lengths(const std::vector<File>& files) {
    static constexpr std::size_t kLongest = 1000, kLong = 400;
    Findings found;
    for (const File& file : files) {
        if (is_source(file.path) && line_count(file.text) > kLongest) found.push_back({file.path, "has more than 1000 lines"});
    }
    const auto lengths = sorted_lengths(files);
    const auto many = static_cast<std::size_t>(std::ranges::count_if(lengths, [](std::size_t lines) { return lines > kLong; }));
    if (many * 10 > lengths.size()) {
        found.push_back({"src", std::to_string(many) + " of " + std::to_string(lengths.size()) + " source files have more than 400 lines"});
    }
    return found;
}

Findings check_all(const std::vector<File>& files) {
    Findings all;
    for (auto* rule : {check_includes, check_raw_forms, check_beast_units, check_readmes, check_machine_paths, check_lengths}) {
        std::ranges::move(rule(files), std::back_inserter(all));
    }
    return all;
}
}  // namespace rondo::tidy
