#pragma once
#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::scenario {
/// A YAML document as a tree that remembers lines, for readers that must say `scenario.yaml:12`.
///
/// Only the plain part of YAML: scalars, sequences, maps with scalar keys, one document. Anchors, aliases and tags are refused,
/// so a document cannot grow beyond its own text.
struct YamlNode {
    enum class Kind { null, scalar, sequence, map };
    struct Key {
        std::string text;
        int line{1};
    };

    Kind kind{Kind::null};
    int line{1};                  ///< 1-based
    std::string text;             ///< of a scalar
    std::vector<Key> keys;        ///< of a map: keys[i] names items[i], in the file's order
    std::vector<YamlNode> items;  ///< of a sequence or map
};

struct YamlLimits {
    std::size_t max_depth{12};
    std::size_t max_nodes{50'000};
};

/// Faults carry `file:line`; a document that does not parse has exactly one. Errors: `invalid_argument`.
[[nodiscard]] Result<YamlNode> parse_yaml(std::string_view text, const std::string& file, const YamlLimits& limits = {});

/// The line of the value at a JSON pointer (RFC 6901); where it ends too deep, of its nearest ancestor. 0 for a pointer that
/// does not begin with "/" and is not empty.
[[nodiscard]] int line_at(const YamlNode& root, std::string_view pointer);

/// Faults whose paths are pointers into a JSON text, with places in its file instead: `workflow.json:12#/routing_rules/npc`;
/// without the line where no value is.
[[nodiscard]] std::vector<Fault> place_faults(std::vector<Fault> faults, std::string_view json, const std::string& file);
}  // namespace rondo::scenario
