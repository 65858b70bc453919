#pragma once
#include "app/app.hpp"
#include "base/async/signal.hpp"
#include "engine/llm/model.hpp"
#include "talk/agent/nodes.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace rondo::support {
/// Coroutines of the server wait here until the test opens it; then it stays open until shut. Thread-safe.
class Gate {
public:
    /// Errors: `cancelled`.
    asio::awaitable<Status> pass();
    void open();
    void shut();

private:
    struct Waiter {
        asio::any_io_executor executor;
        std::weak_ptr<Signal> signal;  // owned by the coroutine, which may go away with its loop
    };
    std::mutex mutex_;
    bool open_{false};
    std::vector<Waiter> waiting_;
};

/// One step of a scripted answer.
struct Step {
    enum class Kind { say, wait, fail } kind;
    std::string text{};                 ///< of say
    Code code{Code::unavailable};       ///< of fail
};
[[nodiscard]] inline Step say(std::string text) { return {Step::Kind::say, std::move(text)}; }
[[nodiscard]] inline Step wait_for_gate() { return {Step::Kind::wait}; }
[[nodiscard]] inline Step break_off(Code code) { return {Step::Kind::fail, {}, code}; }

/// A model that does what its script says, at every call. Must outlive the server it is in.
class ScriptedModel final : public llm::Model {
public:
    explicit ScriptedModel(std::vector<Step> script) : script_{std::move(script)} {}

    [[nodiscard]] std::string_view name() const override { return "scripted"; }
    asio::awaitable<Result<llm::Completion>> complete(llm::ModelRequest request, llm::DeltaSink sink, CallContext ctx) override;

    [[nodiscard]] Gate& gate() { return gate_; }
    [[nodiscard]] int calls() const { return calls_; }
    /// Has this model speak for the persona: `Server server{{}, model.as_npc()}`.
    [[nodiscard]] app::App::Options as_npc() { return {.embedded = this}; }

private:
    std::vector<Step> script_;
    Gate gate_;
    std::atomic<int> calls_{0};
};

/// Counts calls and fails the one it is armed for. Thread-safe.
class Faults {
public:
    void arm(int nth, Code code) { nth_ = nth, code_ = code, calls_ = 0; }  ///< counts from 0, from now
    [[nodiscard]] bool fired() const { return calls_ > nth_; }
    [[nodiscard]] Status call();

private:
    std::atomic<int> nth_{-1}, calls_{0};
    std::atomic<Code> code_{Code::unavailable};
};

/// Another node's calls, each counted first; a fallback is asked of nobody and is not counted.
class FaultyNode final : public agent::Node {
public:
    FaultyNode(std::unique_ptr<agent::Node> inner, Faults& faults) : inner_{std::move(inner)}, faults_{faults} {}
    [[nodiscard]] std::string_view name() const override { return inner_->name(); }
    asio::awaitable<Result<agent::Outcome>> run(const agent::NodeInput& input, CallContext ctx) const override;

private:
    std::unique_ptr<agent::Node> inner_;
    Faults& faults_;
};

/// Waits at a gate before the other node runs.
class GatedNode final : public agent::Node {
public:
    GatedNode(std::unique_ptr<agent::Node> inner, Gate& gate) : inner_{std::move(inner)}, gate_{gate} {}
    [[nodiscard]] std::string_view name() const override { return inner_->name(); }
    asio::awaitable<Result<agent::Outcome>> run(const agent::NodeInput& input, CallContext ctx) const override;

private:
    std::unique_ptr<agent::Node> inner_;
    Gate& gate_;
};
}  // namespace rondo::support
