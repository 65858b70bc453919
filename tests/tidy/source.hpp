#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::tidy {
/// One file of the repository; `path` is relative to its root and has forward slashes.
struct File {
    std::string path;
    std::string text;
};

/// One `#include` line.
struct Include {
    std::string target;     ///< what stands between the marks
    bool quoted{false};     ///< "..." rather than <...>
    std::size_t line{0};    ///< from 1
};

/// One `rondo_module(...)` call.
struct Module {
    std::string name;
    std::string folder;     ///< "src/<wing>/<name>", or "src/<wing>" for a wing that is a module itself
    std::vector<std::string> uses;
};

/// `text` with comments blanked, and with `literals` also the insides of strings and characters. Keeps every line break, so
/// positions and line numbers stay true.
[[nodiscard]] std::string code_of(std::string_view text, bool literals);

[[nodiscard]] std::vector<Include> includes_of(const File& file);

/// The modules that the `CMakeLists.txt` files among `files` declare.
[[nodiscard]] std::vector<Module> modules_of(const std::vector<File>& files);

[[nodiscard]] std::size_t line_of(std::string_view text, std::size_t position);
[[nodiscard]] std::size_t line_count(std::string_view text);
[[nodiscard]] bool is_word(char c) noexcept;  ///< may stand inside an identifier
}  // namespace rondo::tidy
