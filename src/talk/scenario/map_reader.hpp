#pragma once
#include "talk/scenario/yaml_tree.hpp"

#include <set>
#include <span>

namespace rondo::scenario {
/// The faults of a pack's files, each at `file:line`.
class FaultSink {
public:
    FaultSink(std::string file, std::vector<Fault>& out) : file_{std::move(file)}, out_{out} {}
    void add(int line, std::string message);
    [[nodiscard]] std::size_t count() const { return out_.size(); }

private:
    std::string file_;
    std::vector<Fault>& out_;
};

/// A scalar and where it stands.
struct Text {
    std::string value;
    int line{1};
};

/// Reads the members of one YAML map and collects every fault: missing, wrong type, too long, repeated, unknown (with the
/// nearest known key). The node and the sink must outlive the reader. Lengths count bytes.
class MapReader {
public:
    /// A node that is not a map is one fault, and the reader then stays silent.
    MapReader(const YamlNode& node, FaultSink& faults);
    [[nodiscard]] bool usable() const { return usable_; }

    Text required(std::string_view key, std::size_t max_bytes);
    Text optional(std::string_view key, std::size_t max_bytes);
    int optional(std::string_view key, int otherwise, int low, int high);
    /// A list of scalars; a lone scalar counts as a list of one.
    std::vector<Text> required_list(std::string_view key, std::size_t max_items, std::size_t max_bytes);
    std::vector<Text> optional_list(std::string_view key, std::size_t max_items, std::size_t max_bytes);
    /// The items of a sequence; empty when absent.
    std::span<const YamlNode> required_items(std::string_view key, std::size_t max_items);
    std::span<const YamlNode> optional_items(std::string_view key, std::size_t max_items);
    /// The member whatever it is, or null.
    const YamlNode* required_node(std::string_view key);
    const YamlNode* optional_node(std::string_view key);

    /// Names the members nobody read.
    void finish();
    [[nodiscard]] int line() const { return node_.line; }

private:
    const YamlNode* find(std::string_view key, bool must);
    Text scalar(const YamlNode& node, std::string_view key, std::size_t max_bytes);
    std::vector<Text> list(const YamlNode* node, std::string_view key, std::size_t max_items, std::size_t max_bytes);
    std::span<const YamlNode> items(const YamlNode* node, std::string_view key, std::size_t max_items);

    const YamlNode& node_;
    FaultSink& faults_;
    bool usable_;
    std::set<std::string, std::less<>> known_;
};

/// The word of `known` closest to `word` when it is close enough to be a typing slip, else empty.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> known);
/// ` (did you mean "x"?)`, or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> known);
}  // namespace rondo::scenario
