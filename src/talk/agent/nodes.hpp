#pragma once
#include "talk/agent/node.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace rondo::agent {
/// Recognises what the user wants, among the pack's intents, or that it is none of them.
class Intent final : public Node {
public:
    [[nodiscard]] std::string_view name() const override { return "intent"; }
    asio::awaitable<Result<Outcome>> run(const NodeInput& input, CallContext ctx) const override;
};

/// Finds the pack's passages that speak of the message.
class Knowledge final : public Node {
public:
    static constexpr std::size_t kSources = 3;
    [[nodiscard]] std::string_view name() const override { return "knowledge"; }
    asio::awaitable<Result<Outcome>> run(const NodeInput& input, CallContext ctx) const override;
};

/// The persona's answer, streamed from the model.
class Npc final : public Node {
public:
    explicit Npc(llm::Model& model) : model_{model} {}  ///< the model must outlive the node
    [[nodiscard]] std::string_view name() const override { return "npc"; }
    asio::awaitable<Result<Outcome>> run(const NodeInput& input, CallContext ctx) const override;

private:
    llm::Model& model_;
};

/// One or two points for the trainee.
class Coach final : public Node {
public:
    [[nodiscard]] std::string_view name() const override { return "coach"; }
    asio::awaitable<Result<Outcome>> run(const NodeInput& input, CallContext ctx) const override;
};

/// Weighs the message and the answer against the pack's rules.
class Compliance final : public Node {
public:
    [[nodiscard]] std::string_view name() const override { return "compliance"; }
    asio::awaitable<Result<Outcome>> run(const NodeInput& input, CallContext ctx) const override;
};

/// The nodes by name: those that scenario::kNodes lists. Filled before use, immutable afterwards.
class NodeSet {
public:
    explicit NodeSet(llm::Model& model);
    /// Adds a node or replaces the one of its name (tests put faulty ones here).
    void set(std::unique_ptr<Node> node);
    [[nodiscard]] const Node* find(std::string_view name) const;

private:
    std::vector<std::unique_ptr<Node>> nodes_;
};

/// What the model is asked; also what a stopped answer's tokens are counted from.
[[nodiscard]] llm::ModelRequest model_request(const TurnFacts& facts, const Board& board);
}  // namespace rondo::agent
