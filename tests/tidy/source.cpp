#include "source.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace rondo::tidy {
namespace {
/// True when the quote at `at` separates digits (1'000) instead of opening a character.
bool separates_digits(std::string_view text, std::size_t at) {
    std::size_t begin = at;
    while (begin > 0 && (is_word(text[begin - 1]) || text[begin - 1] == '\'')) --begin;
    return begin < at && std::isdigit(static_cast<unsigned char>(text[begin])) != 0;
}

/// Where the literal that opens at `at` ends: the position of its closing quote, or the end of the text.
std::size_t closing_quote(std::string_view text, std::size_t at) {
    if (text[at] == '"' && at > 0 && text[at - 1] == 'R') {
        const auto open = text.find('(', at);
        if (open == text.npos) return text.size();
        const std::string close = ")" + std::string{text.substr(at + 1, open - at - 1)} + "\"";
        const auto end = text.find(close, open);
        return end == text.npos ? text.size() : end + close.size() - 1;
    }
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] == '\\') ++i;
        else if (text[i] == text[at] || text[i] == '\n') return i;
    }
    return text.size();
}

void blank(std::string& text, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
        if (text[i] != '\n') text[i] = ' ';
    }
}

std::string without_cmake_comments(std::string_view text) {
    std::istringstream in{std::string{text}};
    std::string kept, line;
    while (std::getline(in, line)) kept += line.substr(0, line.find('#')) + '\n';
    return kept;
}

Module parse_module(std::string_view arguments, std::string folder) {
    Module module{.name = {}, .folder = std::move(folder), .uses = {}};
    std::istringstream words{std::string{arguments}};
    std::string word, section;
    while (words >> word) {
        const bool keyword = word == "ASIO" || word == "SOURCES" || word == "USES" || word == "LIBS";
        if (keyword) section = word;
        else if (module.name.empty()) module.name = word;
        else if (section == "USES") module.uses.push_back(word);
    }
    return module;
}
}  // namespace

bool is_word(char c) noexcept { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string code_of(std::string_view text, bool literals) {
    std::string code{text};
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::size_t end = i;
        if (text.substr(i, 2) == "//") {
            end = std::min(text.find('\n', i), text.size());
            blank(code, i, end);
        } else if (text.substr(i, 2) == "/*") {
            end = text.find("*/", i + 2);
            end = end == text.npos ? text.size() : end + 1;
            blank(code, i, end + 1);
        } else if (text[i] == '"' || (text[i] == '\'' && !separates_digits(text, i))) {
            end = closing_quote(text, i);
            if (literals) blank(code, i + 1, end);
        }
        i = end;
    }
    return code;
}

std::vector<Include> includes_of(const File& file) {
    std::vector<Include> includes;
    std::istringstream lines{code_of(file.text, false)};
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        std::size_t at = line.find_first_not_of(" \t");
        if (at == line.npos || line[at] != '#') continue;
        at = line.find_first_not_of(" \t", at + 1);
        if (at == line.npos || line.compare(at, 7, "include") != 0) continue;
        const auto open = line.find_first_of("\"<", at);
        if (open == line.npos) continue;
        const auto close = line.find(line[open] == '<' ? '>' : '"', open + 1);
        if (close == line.npos) continue;
        includes.push_back({line.substr(open + 1, close - open - 1), line[open] == '"', number});
    }
    return includes;
}

std::vector<Module> modules_of(const std::vector<File>& files) {
    static constexpr std::string_view kList = "/CMakeLists.txt", kCall = "rondo_module(";
    std::vector<Module> modules;
    for (const File& file : files) {
        if (!file.path.starts_with("src/") || !file.path.ends_with(kList)) continue;
        const std::string text = without_cmake_comments(file.text);
        for (auto at = text.find(kCall); at != text.npos; at = text.find(kCall, at + 1)) {
            const auto begin = at + kCall.size();
            const auto end = std::min(text.find(')', begin), text.size());
            modules.push_back(
                parse_module(std::string_view{text}.substr(begin, end - begin), file.path.substr(0, file.path.size() - kList.size())));
        }
    }
    return modules;
}

std::size_t line_of(std::string_view text, std::size_t position) {
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, position), '\n'));
}

std::size_t line_count(std::string_view text) {
    const auto breaks = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    return breaks + (text.empty() || text.ends_with('\n') ? 0 : 1);
}
}  // namespace rondo::tidy
