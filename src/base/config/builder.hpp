#pragma once
#include "base/config/document.hpp"

#include <string>
#include <vector>

namespace rondo::config {
/// Grows a Node tree from a parser's events; in a map, keys and values alternate.
/// The first refusal stops the parsers; repeated keys are collected.
class Builder {
public:
    /// These return false when the text is refused: stop then.
    bool open(Node::Kind kind, int line);
    bool scalar(Node::Kind kind, std::string text, int line);
    void close();
    bool refuse(int line, std::string message);  ///< returns false

    struct Place {
        int line;
        std::string message;
    };
    [[nodiscard]] const std::vector<Place>& faults() const { return faults_; }
    [[nodiscard]] Node take() { return std::move(root_); }

private:
    struct Open {
        Node node;
        std::string key{};
        int key_line{0};
        bool has_key{false};
    };
    bool value(Node node);
    Node root_;
    std::vector<Open> open_;  // innermost last
    std::vector<Place> faults_;
};

/// The two readers. Both feed the builder and end early when it refuses.
void read_yaml(const std::string& text, Builder& builder);
void read_json(const std::string& text, Builder& builder);
}  // namespace rondo::config
