#include "engine/llm/anthropic_stream.hpp"

#include "base/json.hpp"
#include "engine/llm/provider_json.hpp"
#include "engine/llm/provider_refusal.hpp"

#include <boost/json.hpp>

namespace rondo::llm::wire {
std::string_view anthropic_finish_reason(std::string_view told) {
    if (told == "tool_use") return "tool_calls";
    if (told == "refusal") return "content_filter";
    // A paused turn wants to be continued, so what it said is not all.
    if (told == "max_tokens" || told == "model_context_window_exceeded" || told == "pause_turn") return "length";
    return told.empty() ? "" : "stop";
}

void take_anthropic_block(std::int64_t block, const boost::json::object& content, bool whole, AnswerBuilder& answer,
                          std::vector<Delta>& out) {
    const auto type = text_at(content, "type");
    if (type == "text") return answer.text(text_at(content, "text"), out);
    if (type == "thinking" || type == "redacted_thinking") return answer.hidden(text_at(content, "thinking"));
    if (type != "tool_use") return;
    // In a stream the input begins as {} and comes in deltas.
    const auto* input = object_at(content, "input");
    const std::string arguments = input && (whole || !input->empty()) ? json::write(*input) : std::string{};
    answer.tool(
        {.index = block, .id = text_at(content, "id"), .name = text_at(content, "name"), .arguments = arguments, .index_is_block = true},
        out);
}

void AnthropicStream::on_event(const net::SseEvent& event, std::vector<Delta>& out) {
    boost::json::value chunk;
    const auto* object = parse(event.data, chunk);
    if (!object) return;
    const auto told_type = text_at(*object, "type");
    const std::string_view type = told_type.empty() ? std::string_view{event.event} : told_type;
    const auto block = number_at(*object, "index").value_or(0);

    if (type == "error" || is_refusal(*object)) {
        fail_with(refusal_in_band(*object));
    } else if (type == "message_start") {
        const auto* message = object_at(*object, "message");
        if (!message) return;
        id_ = text_at(*message, "id");
        const auto* usage = object_at(*message, "usage");
        if (!usage) return;
        update(told_, anthropic_usage(*usage));
        told_.output.reset();  // what is said before the answer began is a placeholder
    } else if (type == "content_block_start") {
        if (const auto* content = object_at(*object, "content_block")) take_anthropic_block(block, *content, false, answer_, out);
    } else if (type == "content_block_delta") {
        if (const auto* delta = object_at(*object, "delta")) take_delta(block, *delta, out);
    } else if (type == "content_block_stop") {
        answer_.end_tool(block, out);
    } else if (type == "message_delta") {
        if (const auto* usage = object_at(*object, "usage")) update(told_, anthropic_usage(*usage));
        const auto* delta = object_at(*object, "delta");
        const auto reason = delta ? anthropic_finish_reason(text_at(*delta, "stop_reason")) : std::string_view{};
        if (!reason.empty()) set_finish(reason);
    } else if (type == "message_stop") {
        complete();
    }
}

void AnthropicStream::take_delta(std::int64_t block, const boost::json::object& delta, std::vector<Delta>& out) {
    const auto type = text_at(delta, "type");
    if (type == "text_delta") answer_.text(text_at(delta, "text"), out);
    else if (type == "input_json_delta")
        answer_.tool({.index = block, .arguments = text_at(delta, "partial_json"), .index_is_block = true}, out);
    else if (type == "thinking_delta") answer_.hidden(text_at(delta, "thinking"));
}
}  // namespace rondo::llm::wire
