// Which entries the layers give to maps of named sections.
#include "base/config/loader.hpp"
#include "base/config/suggest.hpp"

#include <algorithm>
#include <set>

namespace rondo::config {
namespace {
constexpr std::size_t kMaxNameBytes = 64;

bool is_name(std::string_view text) {
    const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto fits = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
    // Two underlines part the levels of a variable's name.
    return !text.empty() && text.size() <= kMaxNameBytes && lower(text.front()) && text.back() != '_' && !text.contains("__") &&
           std::ranges::all_of(text, fits);
}

using Names = std::set<std::string, std::less<>>;

/// The entry that `key` speaks of: what stands between `prefix` and `separator`.
void take(Names& names, std::string_view key, std::string_view prefix, std::string_view separator, bool upper) {
    if (!key.starts_with(prefix)) return;
    key.remove_prefix(prefix.size());
    const auto end = key.find(separator);
    if (end == std::string_view::npos) return;
    std::string name{key.substr(0, end)};
    if (upper)
        std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (is_name(name)) names.insert(std::move(name));
}

/// The section called `key` of a file, or null.
const Node* section_at(const Node& root, std::string_view key) {
    const Node* at = &root;
    for (;;) {
        const auto dot = key.find('.');
        const auto found =
            std::ranges::find(at->members, key.substr(0, dot), [](const auto& member) { return std::string_view{member.first}; });
        if (found == at->members.end()) return nullptr;
        at = &found->second;
        if (dot == std::string_view::npos) return at;
        key.remove_prefix(dot + 1);
    }
}
}  // namespace

bool add_entries(const Description& description, const std::optional<Text>& file, const LoadOptions& options) {
    if (description.maps().empty()) return false;
    const auto root = file ? parse(*file) : Result<Node>{Node{}};  // faults of the file are told when it is applied
    for (const MapRef& map : description.maps()) {
        Names names;
        const auto prefix = map.key + '.';
        if (const auto* section = root ? section_at(*root, map.key) : nullptr) {
            for (const auto& [name, node] : section->members) {
                if (is_name(name)) names.insert(name);
            }
        }
        for (const auto& [name, value] : options.env) {
            if (!value.empty()) take(names, name, env_name(map.key) + "__", "__", true);
        }
        if (options.shared) {
            for (const auto& [key, value] : options.shared->values) take(names, key, prefix, ".", false);
        }
        for (const Override& flag : options.flags) take(names, flag.key, prefix, ".", false);
        std::size_t added = 0;
        for (const auto& name : names) {
            if (++added <= kMaxEntries) map.add(name);
        }
    }
    return true;
}
}  // namespace rondo::config
