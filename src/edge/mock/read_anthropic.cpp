#include "base/json.hpp"
#include "base/rng.hpp"
#include "edge/mock/ask.hpp"
#include "edge/mock/prompt.hpp"

#include <boost/json.hpp>

#include <functional>

namespace rondo::mock {
namespace {
std::unexpected<Error> refuse(const char* member, std::string message) {
    return fail(Error{.code = Code::invalid_argument, .message = std::move(message), .reason = member});
}

bool cached(const boost::json::value& block) {
    return block.is_object() && block.get_object().contains("cache_control") && block.get_object().at("cache_control").is_object();
}

/// A string, or blocks each of which may end a cached prefix.
void meter_content(const boost::json::value& content, PromptMeter& meter) {
    if (content.is_string()) return meter.add(content.get_string());
    if (!content.is_array()) return;
    for (const auto& block : content.get_array()) {
        // What is no text counts as its JSON: tool calls, images.
        const bool is_text = block.is_object() && string_member(block.get_object(), "type") == "text";
        meter.add(is_text ? string_member(block.get_object(), "text") : json::write(block));
        if (cached(block)) meter.mark();
    }
}

bool is_tool_result(const boost::json::value& content) {
    if (!content.is_array() || content.get_array().empty()) return false;
    const auto& first = content.get_array().front();
    return first.is_object() && string_member(first.get_object(), "type") == "tool_result";
}

void read_tools(const boost::json::object& body, Ask& ask) {
    const auto* tools = body.if_contains("tools");
    if (!tools || !tools->is_array()) return;
    const auto* choice = body.if_contains("tool_choice");
    const std::string type = choice && choice->is_object() ? string_member(choice->get_object(), "type") : "auto";
    const std::string named = type == "tool" ? string_member(choice->get_object(), "name") : std::string{};
    for (const auto& tool : tools->get_array()) {
        if (!tool.is_object()) continue;
        const auto& members = tool.get_object();
        OfferedTool offered{string_member(members, "name"), arguments_for(members.if_contains("input_schema"), ask.message)};
        ask.tools.insert(!named.empty() && offered.name == named ? ask.tools.begin() : ask.tools.end(), std::move(offered));
    }
    ask.call_tool = !ask.tools.empty() && type != "none" && (type == "any" || type == "tool" || !ask.after_tool);
}

Status read_history(const boost::json::array& messages, Ask& ask, PromptMeter& meter) {
    for (const auto& message : messages) {
        if (!message.is_object()) return refuse("messages", "messages: Input should be a list of objects");
        const auto& members = message.get_object();
        const std::string role = string_member(members, "role");
        const auto* content = members.if_contains("content");
        if (role != "user" && role != "assistant") return refuse("messages", "messages: Input tag must be 'user' or 'assistant'");
        if (!content) return refuse("messages", "messages: content: Field required");
        meter.add(role);
        meter_content(*content, meter);
        ask.assistant_last = role == "assistant";
        if (ask.assistant_last) {
            ask.prefill = text_of(*content);
            continue;
        }
        ask.conversation = meter.prefix();  // a prefilled answer does not make another conversation
        ask.after_tool = is_tool_result(*content);
        ask.message = text_of(*content);
    }
    if (!ask.assistant_last) ask.prefill.clear();
    if (!ask.prefill.empty() && std::string_view{" \t\r\n"}.contains(ask.prefill.back())) {
        return refuse("messages", "messages: final assistant content cannot end with trailing whitespace");
    }
    return {};
}
}  // namespace

Result<Ask> read_messages(const net::Request& request) {
    if (request.header("anthropic-version").empty()) return refuse("anthropic-version", "anthropic-version: header is required");
    const auto parsed = json::parse(request.body, {.max_bytes = 64U << 20U});
    if (!parsed) return refuse("", "The request body is not valid JSON: " + parsed.error().message);
    if (!parsed->is_object()) return refuse("", "The request body must be a JSON object");
    const auto& body = parsed->get_object();

    Ask ask;
    ask.api = Api::messages;
    ask.model = string_member(body, "model");
    if (ask.model.empty()) return refuse("model", "model: Field required");
    const auto* limit = body.if_contains("max_tokens");
    if (!limit || !limit->is_int64()) return refuse("max_tokens", "max_tokens: Field required");
    ask.max_tokens = limit->get_int64();
    if (ask.max_tokens < 1) return refuse("max_tokens", "max_tokens: Input should be greater than or equal to 1");
    const auto* messages = body.if_contains("messages");
    if (!messages || !messages->is_array()) return refuse("messages", "messages: Field required");
    if (messages->get_array().empty()) return refuse("messages", "messages: at least one message is required");
    const auto chosen = choose_fault(ask.model);
    if (!chosen) return propagate(chosen);
    ask.chosen = *chosen;

    PromptMeter meter;
    if (const auto* tools = body.if_contains("tools")) {
        meter.add(json::write(*tools));
        if (tools->is_array() && !tools->get_array().empty() && cached(tools->get_array().back())) meter.mark();
    }
    if (const auto* system = body.if_contains("system")) meter_content(*system, meter);
    if (const auto read = read_history(messages->get_array(), ask, meter); !read) return propagate(read);
    read_tools(body, ask);
    ask.stream = true_member(body, "stream");
    ask.prompt = meter.tokens();
    ask.marks = meter.take_marks();
    ask.conversation = mix(ask.conversation, std::hash<std::string>{}(ask.model));
    return ask;
}
}  // namespace rondo::mock
