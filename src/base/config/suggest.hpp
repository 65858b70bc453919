#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace rondo::config {
/// The candidate a mistyped `word` most likely meant, by edit distance (a third of its length at most); empty: none is near.
[[nodiscard]] std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

/// The setting an unknown `key` most likely meant: nearest in the same section, else the same name in another section.
[[nodiscard]] std::string_view nearest_key(std::string_view key, const std::vector<std::string_view>& known);

/// RONDO_SERVER__PORT for "server.port".
[[nodiscard]] std::string env_name(std::string_view key);
/// The variable an unknown RONDO_ name most likely meant: one underscore for two, a section left out, or a typing error.
[[nodiscard]] std::string_view nearest_env(std::string_view name, const std::vector<std::string_view>& known);
}  // namespace rondo::config
