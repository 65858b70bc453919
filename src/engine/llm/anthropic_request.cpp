#include "engine/llm/anthropic_request.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace rondo::llm::wire {
namespace {
using boost::json::array;
using boost::json::object;

object text_block(std::string_view text) { return {{"type", "text"}, {"text", text_value(text)}}; }
object mark() { return {{"type", "ephemeral"}}; }

/// The content of one message as blocks; empty texts, which the API refuses, give none.
Result<array> content_of(const Message& message, Dialect spoken) {
    array content;
    if (!message.parts.empty()) {
        auto parts = parts_of(message, spoken, Dialect::anthropic);
        if (!parts) return propagate(parts);
        content = std::move(*parts);
    } else if (!message.text.empty()) {
        content.push_back(text_block(message.text));
    }
    for (const ToolCall& call : message.tool_calls) {
        auto parsed = json::parse(call.arguments);
        // The model may have written nonsense; it is shown to it as what it was.
        object input = parsed && parsed->is_object() ? std::move(parsed->get_object()) : object{};
        if (!parsed && !call.arguments.empty()) input["arguments"] = call.arguments;
        content.push_back(object{{"type", "tool_use"}, {"id", call.id}, {"name", call.name}, {"input", std::move(input)}});
    }
    if (message.role != Message::Role::tool) return content;
    object result{{"type", "tool_result"}, {"tool_use_id", message.tool_call_id}};
    if (!content.empty()) result["content"] = std::move(content);
    return array{std::move(result)};
}

std::size_t marks_in(const array& content) {
    const auto marked = [](const boost::json::value& part) { return part.is_object() && part.get_object().contains("cache_control"); };
    return static_cast<std::size_t>(std::ranges::count_if(content, marked));
}

struct Conversation {
    array messages;
    std::string changing;  // instructions given amid the messages
    std::size_t marks{0};
};

void append(Conversation& to, bool assistant, array content) {
    if (content.empty()) return;
    const std::string_view role = assistant ? "assistant" : "user";
    // Two messages in a row of one side are one for the API, and answers of tools must be.
    if (!to.messages.empty()) {
        object& last = to.messages.back().get_object();
        if (last.at("role").get_string() == boost::json::string_view{role.data(), role.size()}) {
            array& joined = last.at("content").get_array();
            std::ranges::move(content, std::back_inserter(joined));
            return;
        }
    }
    to.messages.push_back(object{{"role", text_value(role)}, {"content", std::move(content)}});
}

Result<Conversation> conversation_of(const ModelRequest& request, const RequestOptions& options) {
    Conversation all;
    for (const Message& message : request.messages) {
        if (message.role == Message::Role::system) {
            all.changing += (all.changing.empty() ? "" : "\n\n") + message.text;
            continue;
        }
        auto content = content_of(message, request.dialect);
        if (!content) return propagate(content);
        all.marks += marks_in(*content);
        const bool assistant = message.role == Message::Role::assistant;
        if (all.messages.empty() && assistant) append(all, false, {text_block(request.language == "zh" ? "（开始）" : "(begin)")});
        append(all, assistant, std::move(*content));
    }
    if (all.messages.empty()) return refuse("a request needs at least one message");
    if (options.prefill != PrefillStyle::none) {
        const auto given = std::string_view{request.prefill}.substr(0, request.prefill.size() - trailing_space(request.prefill).size());
        if (!given.empty()) append(all, true, {text_block(given)});
    }
    return all;
}

array system_json(const ModelRequest& request, const LayoutRule& rule, const std::string& amid) {
    const auto layout = lay_out(request, rule);
    array system;
    for (const auto& block : layout.fixed) {
        object written = text_block(block.text);
        if (block.cache) written["cache_control"] = mark();
        system.push_back(std::move(written));
    }
    for (const auto& text : {layout.changing, amid}) {
        if (!text.empty()) system.push_back(text_block(text));
    }
    return system;
}

Status add_tools(object& body, const ModelRequest& request) {
    if (request.tools.empty()) return {};
    array tools;
    for (const Tool& tool : request.tools) {
        auto parameters = parameters_of(tool);
        if (!parameters) return propagate(parameters);
        object written{{"name", tool.name}};
        if (!tool.description.empty()) written["description"] = tool.description;
        written["input_schema"] = std::move(*parameters);
        tools.push_back(std::move(written));
    }
    body["tools"] = std::move(tools);
    switch (request.tool_choice.kind) {
        case ToolChoice::Kind::automatic: break;  // the default
        case ToolChoice::Kind::none: body["tool_choice"] = object{{"type", "none"}}; break;
        case ToolChoice::Kind::any: body["tool_choice"] = object{{"type", "any"}}; break;
        case ToolChoice::Kind::named: body["tool_choice"] = object{{"type", "tool"}, {"name", request.tool_choice.name}}; break;
    }
    return {};
}
}  // namespace

std::string_view trailing_space(std::string_view prefill) {
    const auto last = prefill.find_last_not_of(" \t\r\n");
    return last == std::string_view::npos ? prefill : prefill.substr(last + 1);
}

Result<std::string> anthropic_request_json(const ModelRequest& request, const RequestOptions& options) {
    auto conversation = conversation_of(request, options);
    if (!conversation) return propagate(conversation);
    auto rule = options.layout;
    rule.max_marks -= std::min(rule.max_marks, conversation->marks);

    object body{{"model", options.model}, {"max_tokens", request.sampling.max_tokens.value_or(options.default_max_tokens)}};
    if (auto system = system_json(request, rule, conversation->changing); !system.empty()) body["system"] = std::move(system);
    body["messages"] = std::move(conversation->messages);
    if (const auto tools = add_tools(body, request); !tools) return propagate(tools);
    const Sampling& sampling = request.sampling;
    if (sampling.temperature) body["temperature"] = std::min(*sampling.temperature, 1.0);
    else if (sampling.top_p) body["top_p"] = *sampling.top_p;
    if (!sampling.stop.empty()) body["stop_sequences"] = array(sampling.stop.begin(), sampling.stop.end());
    if (options.stream) body["stream"] = true;
    const auto added = add_extra(body, request, Dialect::anthropic, {"stream", "system", "tools", "tool_choice", "temperature", "top_p"});
    if (!added) return propagate(added);
    return json::write(body);
}
}  // namespace rondo::llm::wire
