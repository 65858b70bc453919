#include "talk/scenario/yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <utility>

namespace rondo::scenario {
namespace {
/// Stops the parser at the first thing this reader does not take; never leaves this file.
struct Refusal {
    int line;
    std::string message;
};

class TreeBuilder final : public YAML::EventHandler {
public:
    explicit TreeBuilder(const YamlLimits& limits) : limits_{limits} {}
    [[nodiscard]] YamlNode take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { scalar(mark, anchor, YamlNode::Kind::null, {}); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(mark, "aliases are not allowed; write the value out"); }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
        check_tag(mark, tag);
        scalar(mark, anchor, YamlNode::Kind::scalar, value);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        check_tag(mark, tag);
        open(mark, anchor, YamlNode::Kind::sequence);
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
        check_tag(mark, tag);
        open(mark, anchor, YamlNode::Kind::map);
    }
    void OnMapEnd() override { open_.pop_back(); }

private:
    static int line_of(const YAML::Mark& mark) { return mark.line + 1; }
    [[noreturn]] static void refuse(const YAML::Mark& mark, std::string message) { throw Refusal{line_of(mark), std::move(message)}; }
    static void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (tag != "?" && tag != "!" && !tag.empty()) refuse(mark, fmt::format("the tag {} is not allowed; write a plain value", tag));
    }

    /// The next key is due when an open map has as many values as keys.
    [[nodiscard]] bool key_due() const {
        return !open_.empty() && open_.back()->kind == YamlNode::Kind::map && open_.back()->keys.size() == open_.back()->items.size();
    }

    YamlNode& place(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
        if (anchor != 0) refuse(mark, "anchors are not allowed; write the value out");
        if (++nodes_ > limits_.max_nodes) refuse(mark, fmt::format("more than {} values", limits_.max_nodes));
        YamlNode node{.kind = kind, .line = line_of(mark), .text = {}, .keys = {}, .items = {}};
        if (open_.empty()) return root_ = std::move(node);
        return open_.back()->items.emplace_back(std::move(node));
    }
    void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind, const std::string& value) {
        if (!key_due()) {
            place(mark, anchor, kind).text = value;
            return;
        }
        if (kind == YamlNode::Kind::null) refuse(mark, "a key is missing before the colon");
        if (anchor != 0) refuse(mark, "anchors are not allowed; write the value out");
        open_.back()->keys.push_back({value, line_of(mark)});
    }
    void open(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
        if (key_due()) refuse(mark, "a key must be a word, not a list or a map");
        if (open_.size() >= limits_.max_depth) refuse(mark, fmt::format("nested deeper than {} levels", limits_.max_depth));
        // The pointer stays valid: while a child is open nothing is added beside it.
        open_.push_back(&place(mark, anchor, kind));
    }

    YamlLimits limits_;
    YamlNode root_;
    std::vector<YamlNode*> open_;
    std::size_t nodes_{0};
};

Error refused(const std::string& file, int line, std::string message) {
    return Error{Code::invalid_argument, file + " cannot be read", {Fault{fmt::format("{}:{}", file, line), std::move(message)}}};
}
}  // namespace

Result<YamlNode> parse_yaml(std::string_view text, const std::string& file, const YamlLimits& limits) {
    std::istringstream in{std::string{text}};
    try {
        YAML::Parser parser{in};
        TreeBuilder builder{limits};
        if (!parser.HandleNextDocument(builder)) return fail(refused(file, 1, "the file is empty"));
        YamlNode root = builder.take();
        TreeBuilder second{limits};
        if (parser.HandleNextDocument(second)) return fail(refused(file, second.take().line, "a second document is not allowed"));
        return root;
    } catch (const Refusal& refusal) { return fail(refused(file, refusal.line, refusal.message)); } catch (const YAML::Exception& failure) {
        return fail(refused(file, failure.mark.line + 1, failure.msg));
    }
}

int line_at(const YamlNode& root, std::string_view pointer) {
    const YamlNode* node = &root;
    int line = root.line;
    while (!pointer.empty()) {
        if (pointer.front() != '/') return 0;
        const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
        std::string key{pointer.substr(1, end - 1)};
        pointer.remove_prefix(end);
        // The escapes of RFC 6901, in this order: "~01" is "~1".
        for (const auto& [escape, text] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}}) {
            for (std::size_t at = key.find(escape); at != std::string::npos; at = key.find(escape, at + 1)) key.replace(at, 2, text);
        }
        std::size_t index = node->items.size();
        if (node->kind == YamlNode::Kind::map) {
            index = static_cast<std::size_t>(std::ranges::find(node->keys, key, &YamlNode::Key::text) - node->keys.begin());
        } else if (std::from_chars(key.data(), key.data() + key.size(), index).ec != std::errc{}) {
            return line;
        }
        if (index >= node->items.size()) return line;
        line = node->kind == YamlNode::Kind::map ? node->keys[index].line : node->items[index].line;
        node = &node->items[index];
    }
    return line;
}

std::vector<Fault> place_faults(std::vector<Fault> faults, std::string_view json, const std::string& file) {
    const auto root = parse_yaml(json, file);  // every JSON text is YAML, and its tree knows the lines
    for (Fault& fault : faults) {
        const int line = root ? line_at(*root, fault.path) : 0;
        fault.path = line > 0 ? fmt::format("{}:{}#{}", file, line, fault.path) : fmt::format("{}#{}", file, fault.path);
    }
    return faults;
}
}  // namespace rondo::scenario
