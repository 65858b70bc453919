#include "rules.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {
namespace fs = std::filesystem;
using rondo::tidy::File;

constexpr std::array kSkipped{".git", "build", "data", "node_modules", ".cache", "images"};
constexpr std::array kRead{".cpp", ".hpp",  ".ts",   ".tsx", ".js",    ".mjs", ".css", ".html",
                           ".md",  ".yaml", ".json", ".sh",  ".cmake", ".txt", ""};

template <std::size_t N>
bool one_of(const std::array<const char*, N>& words, const std::string& word) {
    for (const char* each : words) {
        if (word == each) return true;
    }
    return false;
}

std::vector<File> read_tree(const fs::path& root) {
    std::vector<File> files;
    for (auto it = fs::recursive_directory_iterator{root}; it != fs::end(it); ++it) {
        if (it->is_directory() && one_of(kSkipped, it->path().filename().string())) it.disable_recursion_pending();
        if (!it->is_regular_file() || !one_of(kRead, it->path().extension().string())) continue;
        std::ifstream in{it->path(), std::ios::binary};
        files.push_back({it->path().lexically_relative(root).generic_string(), std::string{std::istreambuf_iterator<char>{in}, {}}});
    }
    return files;
}
}  // namespace

/// rondo-tidy [ROOT]: prints each finding as `place: message`, then one line of figures. Exits 1 when there is a finding.
int main(int argc, char** argv) {
    const fs::path root = argc > 1 ? argv[1] : ".";
    const auto files = read_tree(root);
    const auto found = rondo::tidy::check_all(files);
    for (const auto& [place, message] : found) std::printf("%s: %s\n", place.c_str(), message.c_str());
    const auto lengths = rondo::tidy::lengths_of(files);
    std::printf("tidy: %zu source files, median %zu lines, 90 %% at most %zu, longest %zu; %zu findings\n", lengths.files, lengths.median,
                lengths.p90, lengths.longest, found.size());
    if (lengths.files == 0) std::printf("%s holds no sources: name the repository's root\n", root.c_str());
    return found.empty() && lengths.files > 0 ? 0 : 1;
}
