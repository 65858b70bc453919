#include "base/json.hpp"
#include "edge/gateway/openai_codec.hpp"
#include "edge/gateway/sdk_shapes.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <utility>

namespace rondo::gateway::openai {
namespace {
using boost::json::array;
using boost::json::object;

/// Tokens as OpenAI counts them: what was read from a cache is part of the prompt.
object usage_json(const ledger::Usage& usage) {
    const std::int64_t prompt = (usage.input + usage.cache_read + usage.cache_write).count;
    return {{"prompt_tokens", prompt},
            {"completion_tokens", usage.output.count},
            {"total_tokens", prompt + usage.output.count},
            {"prompt_tokens_details", {{"cached_tokens", usage.cache_read.count}}}};
}

object call_json(const llm::ToolCall& call) {
    return {{"id", call.id}, {"type", "function"}, {"function", {{"name", call.name}, {"arguments", call.arguments}}}};
}

std::string frame(std::string_view data) { return fmt::format("data: {}\n\n", data); }

/// The pieces of a call: id, type and name in the first one, then arguments alone.
std::string call_delta(const llm::ToolCallDelta& piece) {
    object function;
    if (!piece.name.empty()) function["name"] = piece.name;
    function["arguments"] = piece.arguments;
    object call{{"index", piece.index}};
    if (!piece.id.empty()) call["id"] = piece.id, call["type"] = "function";
    call["function"] = std::move(function);
    return json::write(array{std::move(call)});
}

/// What the SDKs know errors by.
std::string_view type_of(const Error& error) {
    switch (error.code) {
        case Code::invalid_argument: return "invalid_request_error";
        case Code::unauthenticated: return "authentication_error";
        case Code::permission_denied: return error.reason == "POLICY_REFUSAL" ? "content_filter" : "permission_error";
        case Code::not_found: return "not_found_error";
        case Code::resource_exhausted: return error.reason == "BUDGET_EXHAUSTED" ? "insufficient_quota" : "rate_limit_error";
        case Code::deadline_exceeded: return "timeout";
        case Code::already_exists:
        case Code::aborted: return "invalid_request_error";
        default: return "server_error";
    }
}
}  // namespace

ChunkWriter::ChunkWriter(const Identity& identity, bool include_usage)
    : head_{fmt::format(R"({{"id":{},"object":"chat.completion.chunk","created":{},"model":{},)", json::quote(identity.id),
                        identity.created, json::quote(identity.model))},
      include_usage_{include_usage} {}

std::string ChunkWriter::chunk(std::string_view delta, std::string_view finish_reason) {
    const std::string reason = finish_reason.empty() ? "null" : json::quote(finish_reason);
    return frame(fmt::format(R"({}"choices":[{{"index":0,"delta":{{{}}},"logprobs":null,"finish_reason":{}}}]{}}})", head_, delta, reason,
                             include_usage_ ? R"(,"usage":null)" : ""));
}

std::string ChunkWriter::delta(const llm::Delta& delta) {
    std::string members;
    if (!std::exchange(begun_, true)) members = R"("role":"assistant",)";
    if (!delta.text.empty() || !delta.tool_call) members += fmt::format(R"("content":{},)", json::quote(delta.text));
    if (delta.tool_call) members += fmt::format(R"("tool_calls":{},)", call_delta(*delta.tool_call));
    members.pop_back();
    return chunk(members, "");
}

std::string ChunkWriter::finish(const llm::Completion& completion) {
    std::string frames;
    if (!begun_) frames += delta({});
    frames += chunk("", completion.finish_reason);
    if (include_usage_) frames += frame(fmt::format(R"({}"choices":[],"usage":{}}})", head_, json::write(usage_json(completion.usage))));
    return frames + frame("[DONE]");
}

std::string ChunkWriter::error(const Error& error) { return frame(error_json(error)); }

std::string completion_json(const Identity& identity, const llm::Completion& completion) {
    object message{{"role", "assistant"}};
    const bool only_calls = completion.text.empty() && !completion.tool_calls.empty();
    message["content"] = only_calls ? boost::json::value(nullptr) : boost::json::value(completion.text);
    message["refusal"] = nullptr;
    if (!completion.tool_calls.empty()) {
        array calls;
        for (const auto& call : completion.tool_calls) calls.push_back(call_json(call));
        message["tool_calls"] = std::move(calls);
    }
    return json::write(object{
        {"id", identity.id},
        {"object", "chat.completion"},
        {"created", identity.created},
        {"model", identity.model},
        {"choices", {{{"index", 0}, {"message", std::move(message)}, {"logprobs", nullptr}, {"finish_reason", completion.finish_reason}}}},
        {"usage", usage_json(completion.usage)}});
}

std::string models_json(std::span<const std::string> ids) {
    array data;
    for (const std::string& id : ids) data.push_back({{"id", id}, {"object", "model"}, {"created", 0}, {"owned_by", "rondo"}});
    return json::write(object{{"object", "list"}, {"data", std::move(data)}});
}

std::string error_json(const Error& error) {
    object inner{{"message", sdk::message_of(error)}, {"type", type_of(error)}};
    inner["param"] = error.faults.empty() ? boost::json::value(nullptr) : boost::json::value(error.faults.front().path);
    inner["code"] = sdk::code_of(error);
    if (const auto attempts = sdk::attempts_of(error); !attempts.empty()) inner["attempts"] = attempts;
    return json::write(object{{"error", std::move(inner)}});
}

net::Response error_response(const Error& error) { return sdk::refusal(error, error_json(error)); }
}  // namespace rondo::gateway::openai
