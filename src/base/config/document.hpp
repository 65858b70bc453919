#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rondo::config {
/// What a configuration file says, before it meets the settings. A tree that remembers its lines.
struct Node {
    enum class Kind { null, plain, quoted, list, map };

    Kind kind{Kind::null};
    int line{0};                                          ///< from 1; of its key when it has one; 0: not from a file
    std::string text{};                                   ///< of a scalar; `plain` takes the type of its setting
    std::vector<Node> items{};                            ///< of a list
    std::vector<std::pair<std::string, Node>> members{};  ///< of a map, in the file's order, keys distinct
};

enum class Format { yaml, json };

/// A configuration file's text.
struct Text {
    std::string name;  ///< for messages, usually the path
    std::string body;
    Format format{Format::yaml};
};

inline constexpr std::size_t kMaxFileBytes = 1U << 20U;
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxMembers = 1000;  ///< of one map

/// Reads a file; ".json" is JSON, any other extension YAML.
/// Errors: `not_found` (cannot be read), `invalid_argument` (longer than kMaxFileBytes, or no regular file).
[[nodiscard]] Result<Text> read_text(const std::filesystem::path& file);

/// Parses a text into its tree; an empty text is an empty map. Pure, for any bytes.
/// Errors: `invalid_argument` with a fault for each place (path `name:line`): syntax, repeated keys, a text that is not
/// UTF-8 or holds control characters, nesting past kMaxDepth; in YAML also aliases (they can blow up), tags, further documents.
[[nodiscard]] Result<Node> parse(const Text& text);
}  // namespace rondo::config
