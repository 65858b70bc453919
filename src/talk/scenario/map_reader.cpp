#include "talk/scenario/map_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace rondo::scenario {
namespace {
/// Levenshtein's edit distance over bytes: keys and names are short ASCII words.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            diagonal = above;
        }
    }
    return row.back();
}
constexpr std::size_t kMaxWord = 64;  // longer than any key or name; keeps the distance cheap for hostile input
}  // namespace

void FaultSink::add(int line, std::string message) { out_.push_back({fmt::format("{}:{}", file_, line), std::move(message)}); }

MapReader::MapReader(const YamlNode& node, FaultSink& faults) : node_{node}, faults_{faults}, usable_{node.kind == YamlNode::Kind::map} {
    if (!usable_) {
        faults_.add(node.line, "expected `key: value` pairs here");
        return;
    }
    std::set<std::string_view> seen;
    for (const auto& key : node.keys) {
        if (!seen.insert(key.text).second) faults_.add(key.line, fmt::format("the key \"{}\" is repeated", key.text));
    }
}

const YamlNode* MapReader::find(std::string_view key, bool must) {
    if (!usable_) return nullptr;
    known_.emplace(key);
    for (std::size_t i = 0; i < node_.keys.size(); ++i) {
        if (node_.keys[i].text != key) continue;
        if (node_.items[i].kind != YamlNode::Kind::null) return &node_.items[i];
        faults_.add(node_.keys[i].line, fmt::format("\"{}\" has no value", key));
        return nullptr;
    }
    if (must) faults_.add(node_.line, fmt::format("\"{}\" is missing", key));
    return nullptr;
}

const YamlNode* MapReader::required_node(std::string_view key) { return find(key, true); }
const YamlNode* MapReader::optional_node(std::string_view key) { return find(key, false); }

Text MapReader::scalar(const YamlNode& node, std::string_view key, std::size_t max_bytes) {
    if (node.kind != YamlNode::Kind::scalar) {
        faults_.add(node.line, fmt::format("\"{}\" must be text", key));
    } else if (node.text.empty()) {
        faults_.add(node.line, fmt::format("\"{}\" is empty", key));
    } else if (node.text.size() > max_bytes) {
        faults_.add(node.line, fmt::format("\"{}\" is longer than {} bytes", key, max_bytes));
    } else {
        return {node.text, node.line};
    }
    return {{}, node.line};
}

Text MapReader::required(std::string_view key, std::size_t max_bytes) {
    const YamlNode* node = find(key, true);
    return node ? scalar(*node, key, max_bytes) : Text{{}, node_.line};
}
Text MapReader::optional(std::string_view key, std::size_t max_bytes) {
    const YamlNode* node = find(key, false);
    return node ? scalar(*node, key, max_bytes) : Text{{}, node_.line};
}

int MapReader::optional(std::string_view key, int otherwise, int low, int high) {
    const YamlNode* node = find(key, false);
    if (!node) return otherwise;
    int value = 0;
    const char* end = node->text.data() + node->text.size();
    const auto [stop, error] = std::from_chars(node->text.data(), end, value);
    if (node->kind != YamlNode::Kind::scalar || error != std::errc{} || stop != end || value < low || value > high) {
        faults_.add(node->line, fmt::format("\"{}\" must be a whole number from {} to {}", key, low, high));
        return otherwise;
    }
    return value;
}

std::vector<Text> MapReader::list(const YamlNode* node, std::string_view key, std::size_t max_items, std::size_t max_bytes) {
    std::vector<Text> out;
    if (!node) return out;
    if (node->kind == YamlNode::Kind::scalar) {
        if (Text one = scalar(*node, key, max_bytes); !one.value.empty()) out.push_back(std::move(one));
        return out;
    }
    for (const YamlNode& item : items(node, key, max_items)) {
        if (Text one = scalar(item, key, max_bytes); !one.value.empty()) out.push_back(std::move(one));
    }
    return out;
}
std::vector<Text> MapReader::required_list(std::string_view key, std::size_t max_items, std::size_t max_bytes) {
    return list(find(key, true), key, max_items, max_bytes);
}
std::vector<Text> MapReader::optional_list(std::string_view key, std::size_t max_items, std::size_t max_bytes) {
    return list(find(key, false), key, max_items, max_bytes);
}

std::span<const YamlNode> MapReader::items(const YamlNode* node, std::string_view key, std::size_t max_items) {
    if (!node) return {};
    if (node->kind != YamlNode::Kind::sequence) {
        faults_.add(node->line, fmt::format("\"{}\" must be a list", key));
        return {};
    }
    if (node->items.empty()) faults_.add(node->line, fmt::format("\"{}\" is an empty list", key));
    if (node->items.size() > max_items) {
        faults_.add(node->line, fmt::format("\"{}\" has {} entries; {} are allowed", key, node->items.size(), max_items));
        return std::span{node->items}.first(max_items);
    }
    return node->items;
}
std::span<const YamlNode> MapReader::required_items(std::string_view key, std::size_t max_items) {
    return items(find(key, true), key, max_items);
}
std::span<const YamlNode> MapReader::optional_items(std::string_view key, std::size_t max_items) {
    return items(find(key, false), key, max_items);
}

void MapReader::finish() {
    if (!usable_) return;
    const std::vector<std::string> known{known_.begin(), known_.end()};
    for (const auto& key : node_.keys) {
        if (known_.contains(key.text)) continue;
        faults_.add(key.line, fmt::format("unknown key \"{}\"{}", key.text.substr(0, kMaxWord), did_you_mean(key.text, known)));
    }
}

std::string nearest(std::string_view word, std::span<const std::string> known) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;  // one slip in three letters at most
    if (word.size() > kMaxWord) return best;
    for (const std::string& candidate : known) {
        if (const std::size_t d = distance(word, candidate); d < best_distance) {
            best_distance = d;
            best = candidate;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
    const std::string best = nearest(word, known);
    return best.empty() ? std::string{} : fmt::format(" (did you mean \"{}\"?)", best);
}
}  // namespace rondo::scenario
