#pragma once
#include "engine/ledger/usage.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::llm {
/// A call the model wants made. `arguments` is JSON text as the model wrote it; it may be no JSON at all.
struct ToolCall {
    std::string id, name, arguments;
    bool operator==(const ToolCall&) const = default;
};

/// What the model may call. `parameters`: a JSON Schema as text, "" for none.
struct Tool {
    std::string name, description, parameters;
    bool strict{false};  ///< arguments must fit the schema, where the provider can promise it
    bool operator==(const Tool&) const = default;
};

struct ToolChoice {
    enum class Kind { automatic, none, any, named };
    Kind kind{Kind::automatic};
    std::string name{};  ///< of named
    bool operator==(const ToolChoice&) const = default;
};

struct Message {
    enum class Role { system, user, assistant, tool };
    Role role{Role::user};
    std::string text;                         ///< all text of the content
    std::vector<ToolCall> tool_calls{};       ///< of the assistant
    std::string tool_call_id{};               ///< of a tool's answer: the call it answers
    std::string parts{};  ///< the content as a JSON array, when it has parts that are no text; in the request's dialect
    bool operator==(const Message&) const = default;
};

/// "system", "user", "assistant" or "tool".
[[nodiscard]] std::string_view name(Message::Role role) noexcept;

/// A piece of the instructions. Fixed ones are the same in many requests and worth a provider's prompt cache.
struct SystemBlock {
    std::shared_ptr<const std::string> text;  ///< not null
    bool fixed{true};
};

/// How the model should choose its words; what is absent is the provider's default.
struct Sampling {
    std::optional<std::int64_t> max_tokens{};
    std::optional<double> temperature{}, top_p{};
    std::vector<std::string> stop{};
    std::optional<std::int64_t> seed{};
    bool operator==(const Sampling&) const = default;
};

/// Whose shapes `ModelRequest::extra` and `Message::parts` have.
enum class Dialect { any, openai, anthropic };

/// What the embedded rehearsal model plays from; providers do not see it.
struct Cue {
    std::string session_id;
    int turn{0};  ///< 1-based turn of the session
    std::uint64_t seed{0};  ///< the same request gives the same answer
    std::string pack;  ///< id of the scenario pack
    std::uint64_t pack_version{0};  ///< its content hash
    std::string stage;  ///< the conversation's stage, before this turn's transition
    std::string intent;  ///< empty: not recognised or out of scope
    std::vector<std::string> rejected{};  ///< earlier answers to the same message: another one is wanted
    std::map<std::string, std::string> slots;  ///< values for placeholders, by name
};

/// What a request is made for, in the words of accounts and reports; "" where a word does not apply. The answer does not depend on it.
struct Purpose {
    std::string session{}, scenario{}, node{};
    std::string decision_id{};                   ///< of the decision that led here
    std::shared_ptr<ledger::Receipt> receipt{};  ///< null: nobody wants to know what it cost
};

/// One question to a model. A value: everything the answer may depend on is in it.
struct ModelRequest {
    std::string model;  ///< a target, an alias, or one of them, a slash and a model; "": the usual targets
    std::vector<SystemBlock> system{};  ///< fixed blocks first
    std::vector<Message> messages{};  ///< oldest first; usually the last is the user's
    std::vector<std::string> sources{};  ///< retrieved passages, best first; told after the fixed blocks
    std::vector<Tool> tools{};
    ToolChoice tool_choice{};
    Sampling sampling{};
    std::string language{};  ///< BCP 47 primary tag, "zh" or "en"; "": unknown
    std::string prefill{};  ///< the answer's beginning, which the model continues; only for targets that can
    Dialect dialect{Dialect::any};
    std::string extra{};  ///< JSON object: further members of the caller's request, for a target of the same dialect
    Cue cue{};
    Purpose purpose{};
    bool use_fallback{true};  ///< when no provider answers, an older answer or an apology will do
    bool background{false};   ///< nobody waits for it: rather sits out a provider's limits than goes elsewhere
};
}  // namespace rondo::llm
