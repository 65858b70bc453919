#include "base/json.hpp"
#include "edge/gateway/anthropic_codec.hpp"
#include "edge/gateway/sdk_shapes.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rondo::gateway::anthropic {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;

std::string_view stop_reason(std::string_view finish_reason) {
    if (finish_reason == "length") return "max_tokens";
    if (finish_reason == "tool_calls") return "tool_use";
    if (finish_reason == "content_filter") return "refusal";
    return "end_turn";
}

object usage_json(const ledger::Usage& usage) {
    return {{"input_tokens", usage.input.count},
            {"cache_creation_input_tokens", usage.cache_write.count},
            {"cache_read_input_tokens", usage.cache_read.count},
            {"output_tokens", usage.output.count}};
}

std::string frame(std::string_view event, std::string_view data) { return fmt::format("event: {}\ndata: {}\n\n", event, data); }

/// Arguments as an object; what is no JSON object is told under "arguments" rather than lost.
value input_of(const std::string& arguments) {
    if (arguments.empty()) return object{};
    auto parsed = json::parse(arguments);
    if (parsed && parsed->is_object()) return std::move(*parsed);
    return object{{"arguments", arguments}};
}

std::string_view type_of(const Error& error) {
    switch (error.code) {
        case Code::invalid_argument: return "invalid_request_error";
        case Code::unauthenticated: return "authentication_error";
        case Code::permission_denied: return "permission_error";
        case Code::not_found: return "not_found_error";
        case Code::resource_exhausted: return "rate_limit_error";
        case Code::deadline_exceeded: return "timeout_error";
        case Code::unavailable: return "overloaded_error";
        default: return "api_error";
    }
}
}  // namespace

std::string EventWriter::begin() {
    if (std::exchange(begun_, true)) return {};
    // The tokens are not known yet; message_delta tells them.
    return frame("message_start", json::write(object{{"type", "message_start"},
                                                     {"message",
                                                      {{"id", identity_.id},
                                                       {"type", "message"},
                                                       {"role", "assistant"},
                                                       {"model", identity_.model},
                                                       {"content", array{}},
                                                       {"stop_reason", nullptr},
                                                       {"stop_sequence", nullptr},
                                                       {"usage", usage_json({})}}}}));
}

std::string EventWriter::open_text() {
    if (open_ == Block::text) return {};
    std::string out = close();
    open_ = Block::text;
    return out +
           frame("content_block_start",
                 fmt::format(R"({{"type":"content_block_start","index":{},"content_block":{{"type":"text","text":""}}}})", blocks_++));
}

std::string EventWriter::open_tool(std::string_view id, std::string_view name) {
    std::string out = close();
    open_ = Block::tool;
    told_.emplace_back(id);
    return out +
           frame("content_block_start",
                 fmt::format(
                     R"({{"type":"content_block_start","index":{},"content_block":{{"type":"tool_use","id":{},"name":{},"input":{{}}}}}})",
                     blocks_++, json::quote(id), json::quote(name)));
}

std::string EventWriter::close() {
    arguments_.clear();
    if (std::exchange(open_, Block::none) == Block::none) return {};
    return frame("content_block_stop", fmt::format(R"({{"type":"content_block_stop","index":{}}})", blocks_ - 1));
}

bool EventWriter::amid_call() const { return open_ == Block::tool && !json::parse(arguments_); }

std::string EventWriter::add(std::string_view kind, std::string_view member, std::string_view text) const {
    if (text.empty()) return {};
    return frame("content_block_delta", fmt::format(R"({{"type":"content_block_delta","index":{},"delta":{{"type":"{}","{}":{}}}}})",
                                                    blocks_ - 1, kind, member, json::quote(text)));
}

std::string EventWriter::add_text(std::string_view text) {
    if (amid_call()) {
        late_text_ += text;
        return {};
    }
    std::string out = open_text();
    return out + add("text_delta", "text", text);
}

std::string EventWriter::add_call(const llm::ToolCallDelta& piece) {
    std::string out;
    if (open_ != Block::tool || tool_ != piece.index) {
        // Only the first piece has an id. A later one is of a call that waits for the end: the completion has it whole.
        if (piece.id.empty() || amid_call()) return {};
        out = open_tool(piece.id, piece.name);
        tool_ = piece.index;
    }
    arguments_ += piece.arguments;
    return out + add("input_json_delta", "partial_json", piece.arguments);
}

std::string EventWriter::delta(const llm::Delta& delta) {
    std::string out = begin();
    if (!delta.text.empty()) out += add_text(delta.text);
    if (delta.tool_call) out += add_call(*delta.tool_call);
    return out;
}

std::string EventWriter::finish(const llm::Completion& completion) {
    std::string out = begin();
    out += close();
    for (const auto& call : completion.tool_calls) {
        if (std::ranges::find(told_, call.id) != told_.end()) continue;
        out += open_tool(call.id, call.name);
        out += add("input_json_delta", "partial_json", call.arguments);
        out += close();
    }
    if (!late_text_.empty()) {
        out += open_text();
        out += add("text_delta", "text", late_text_);
        out += close();
    }
    out += frame("message_delta",
                 json::write(object{{"type", "message_delta"},
                                    {"delta", {{"stop_reason", stop_reason(completion.finish_reason)}, {"stop_sequence", nullptr}}},
                                    {"usage", usage_json(completion.usage)}}));
    return out + frame("message_stop", R"({"type":"message_stop"})");
}

std::string EventWriter::error(const Error& error) { return frame("error", error_json(error)); }

std::string message_json(const Identity& identity, const llm::Completion& completion) {
    array content;
    if (!completion.text.empty()) content.push_back({{"type", "text"}, {"text", completion.text}});
    for (const auto& call : completion.tool_calls) {
        content.push_back({{"type", "tool_use"}, {"id", call.id}, {"name", call.name}, {"input", input_of(call.arguments)}});
    }
    return json::write(object{{"id", identity.id},
                              {"type", "message"},
                              {"role", "assistant"},
                              {"model", identity.model},
                              {"content", std::move(content)},
                              {"stop_reason", stop_reason(completion.finish_reason)},
                              {"stop_sequence", nullptr},
                              {"usage", usage_json(completion.usage)}});
}

std::string error_json(const Error& error) {
    return json::write(object{{"type", "error"}, {"error", {{"type", type_of(error)}, {"message", sdk::message_of(error)}}}});
}

net::Response error_response(const Error& error) { return sdk::refusal(error, error_json(error)); }
}  // namespace rondo::gateway::anthropic
