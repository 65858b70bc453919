#include "engine/llm/openai_request.hpp"

#include "base/json.hpp"

#include <boost/json.hpp>

#include <utility>

namespace rondo::llm::wire {
namespace {
using boost::json::array;
using boost::json::object;

array calls_json(const std::vector<ToolCall>& calls) {
    array all;
    for (const ToolCall& call : calls) {
        const std::string_view arguments = call.arguments.empty() ? std::string_view{"{}"} : call.arguments;
        all.push_back(
            object{{"id", call.id}, {"type", "function"}, {"function", object{{"name", call.name}, {"arguments", text_value(arguments)}}}});
    }
    return all;
}

Result<object> message_json(const Message& message, Dialect spoken) {
    object out{{"role", text_value(name(message.role))}};
    if (!message.parts.empty()) {
        auto parts = parts_of(message, spoken, Dialect::openai);
        if (!parts) return propagate(parts);
        out["content"] = std::move(*parts);
    } else if (message.text.empty() && !message.tool_calls.empty()) {
        out["content"] = nullptr;
    } else {
        out["content"] = message.text;
    }
    if (!message.tool_calls.empty()) out["tool_calls"] = calls_json(message.tool_calls);
    if (message.role == Message::Role::tool) out["tool_call_id"] = message.tool_call_id;
    return out;
}

Status add_tools(object& body, const ModelRequest& request) {
    if (request.tools.empty()) return {};
    array tools;
    for (const Tool& tool : request.tools) {
        auto parameters = parameters_of(tool);
        if (!parameters) return propagate(parameters);
        object function{{"name", tool.name}};
        if (!tool.description.empty()) function["description"] = tool.description;
        function["parameters"] = std::move(*parameters);
        tools.push_back(object{{"type", "function"}, {"function", std::move(function)}});
    }
    body["tools"] = std::move(tools);
    switch (request.tool_choice.kind) {
        case ToolChoice::Kind::automatic: break;  // the default
        case ToolChoice::Kind::none: body["tool_choice"] = "none"; break;
        case ToolChoice::Kind::any: body["tool_choice"] = "required"; break;
        case ToolChoice::Kind::named:
            body["tool_choice"] = object{{"type", "function"}, {"function", object{{"name", request.tool_choice.name}}}};
            break;
    }
    return {};
}

void add_sampling(object& body, const Sampling& sampling, const std::string& max_tokens_name) {
    if (sampling.max_tokens) body[max_tokens_name] = *sampling.max_tokens;
    if (sampling.temperature) body["temperature"] = *sampling.temperature;
    if (sampling.top_p) body["top_p"] = *sampling.top_p;
    if (!sampling.stop.empty()) body["stop"] = array(sampling.stop.begin(), sampling.stop.end());
    if (sampling.seed) body["seed"] = *sampling.seed;
}
}  // namespace

Result<std::string> openai_request_json(const ModelRequest& request, const RequestOptions& options) {
    if (request.messages.empty()) return refuse("a request needs at least one message");
    object body{{"model", options.model}};
    array messages;
    if (auto instructions = lay_out(request, options.layout).joined(); !instructions.empty()) {
        messages.push_back(object{{"role", "system"}, {"content", std::move(instructions)}});
    }
    for (const Message& message : request.messages) {
        auto written = message_json(message, request.dialect);
        if (!written) return propagate(written);
        messages.push_back(std::move(*written));
    }
    const bool prefilled = !request.prefill.empty() && options.prefill != PrefillStyle::none;
    if (prefilled) messages.push_back(object{{"role", "assistant"}, {"content", request.prefill}});
    body["messages"] = std::move(messages);
    if (prefilled && options.prefill == PrefillStyle::flagged) {
        body["continue_final_message"] = true;
        body["add_generation_prompt"] = false;
    }
    if (const auto tools = add_tools(body, request); !tools) return propagate(tools);
    add_sampling(body, request.sampling, options.max_tokens_name);
    if (options.stream) {
        body["stream"] = true;
        body["stream_options"] = object{{"include_usage", true}};
    }
    const auto added = add_extra(body, request, Dialect::openai,
                                 {"stream", "stream_options", "tools", "tool_choice", "max_tokens", "max_completion_tokens"});
    if (!added) return propagate(added);
    const auto* choices = body.if_contains("n");
    if (choices && *choices != 1 && !choices->is_null()) return refuse("`n` must be 1: one answer for each request");
    return json::write(body);
}

std::string openai_embeddings_json(const std::vector<std::string>& texts, const std::string& model, int dimensions) {
    object body{{"model", model}, {"input", array(texts.begin(), texts.end())}, {"encoding_format", "float"}};
    if (dimensions > 0) body["dimensions"] = dimensions;
    return json::write(body);
}
}  // namespace rondo::llm::wire
