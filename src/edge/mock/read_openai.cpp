#include "base/json.hpp"
#include "base/rng.hpp"
#include "edge/mock/ask.hpp"
#include "edge/mock/prompt.hpp"

#include <boost/json.hpp>

#include <functional>

namespace rondo::mock {
namespace {
constexpr std::int64_t kDimensions = 64, kMaxDimensions = 4096;
constexpr std::size_t kMaxInputs = 2048;

std::unexpected<Error> refuse(const char* member, std::string message) {
    return fail(Error{.code = Code::invalid_argument, .message = std::move(message), .reason = member});
}

Result<boost::json::object> read_body(const net::Request& request) {
    auto value = json::parse(request.body, {.max_bytes = 64U << 20U});
    if (!value) return refuse("", "We could not parse the JSON body of your request: " + value.error().message);
    if (!value->is_object()) return refuse("", "The body of your request must be a JSON object.");
    return std::move(value->get_object());
}

Status read_model(const boost::json::object& body, std::string_view model_in_path, Ask& ask) {
    ask.model = model_in_path.empty() ? string_member(body, "model") : std::string{model_in_path};
    if (ask.model.empty()) return refuse("model", "you must provide a model parameter");
    const auto chosen = choose_fault(ask.model);
    if (!chosen) return propagate(chosen);
    ask.chosen = *chosen;
    return {};
}

void read_tools(const boost::json::object& body, Ask& ask) {
    const auto* tools = body.if_contains("tools");
    if (!tools || !tools->is_array()) return;
    const auto* choice = body.if_contains("tool_choice");
    std::string named;
    if (choice && choice->is_object()) {
        const auto* function = choice->get_object().if_contains("function");
        if (function && function->is_object()) named = string_member(function->get_object(), "name");
    }
    for (const auto& tool : tools->get_array()) {
        const auto* function = tool.is_object() ? tool.get_object().if_contains("function") : nullptr;
        if (!function || !function->is_object()) continue;
        const auto& members = function->get_object();
        OfferedTool offered{string_member(members, "name"), arguments_for(members.if_contains("parameters"), ask.message)};
        ask.tools.insert(!named.empty() && offered.name == named ? ask.tools.begin() : ask.tools.end(), std::move(offered));
    }
    const bool none = choice && choice->is_string() && choice->get_string() == "none";
    const bool forced = choice && (choice->is_object() || (choice->is_string() && choice->get_string() == "required"));
    ask.call_tool = !ask.tools.empty() && !none && (forced || !ask.after_tool);
}

Status read_history(const boost::json::object& body, Ask& ask, PromptMeter& meter) {
    const auto* messages = body.if_contains("messages");
    if (!messages || !messages->is_array() || messages->get_array().empty()) {
        return refuse("messages", "Invalid 'messages': expected an array with at least one message.");
    }
    if (const auto* tools = body.if_contains("tools")) meter.add(json::write(*tools));
    for (const auto& message : messages->get_array()) {
        if (!message.is_object()) return refuse("messages", "Invalid 'messages': expected objects.");
        const auto& members = message.get_object();
        const std::string role = string_member(members, "role");
        if (role.empty()) return refuse("messages", "Invalid 'messages': each needs a role.");
        const auto* content = members.if_contains("content");
        std::string text = content ? text_of(*content) : std::string{};
        if (const auto* calls = members.if_contains("tool_calls")) meter.add(json::write(*calls));
        meter.add(role);
        meter.add(text);
        meter.mark();
        ask.assistant_last = role == "assistant";
        if (ask.assistant_last) continue;
        ask.conversation = meter.prefix();  // a broken answer handed back does not make another conversation
        if (role != "user" && role != "tool") continue;
        ask.after_tool = role == "tool";
        ask.message = std::move(text);
    }
    return {};
}

std::int64_t read_limit(const boost::json::object& body) {
    for (const auto* key : {"max_completion_tokens", "max_tokens"}) {
        const auto* limit = body.if_contains(key);
        if (limit && limit->is_int64()) return limit->get_int64();
    }
    return 0;
}
}  // namespace

Result<Ask> read_chat(const net::Request& request, std::string_view model_in_path) {
    const auto body = read_body(request);
    if (!body) return propagate(body);
    Ask ask;
    ask.api = Api::chat;
    if (const auto read = read_model(*body, model_in_path, ask); !read) return propagate(read);
    PromptMeter meter;
    if (const auto read = read_history(*body, ask, meter); !read) return propagate(read);
    ask.max_tokens = read_limit(*body);
    if (ask.max_tokens < 0) return refuse("max_tokens", "Invalid 'max_tokens': must be at least 1.");
    ask.stream = true_member(*body, "stream");
    if (ask.stream) {
        const auto* options = body->if_contains("stream_options");
        ask.include_usage = options && options->is_object() && true_member(options->get_object(), "include_usage");
    }
    read_tools(*body, ask);
    ask.prompt = meter.tokens();
    ask.marks = meter.take_marks();
    ask.conversation = mix(ask.conversation, std::hash<std::string>{}(ask.model));
    return ask;
}

Result<Ask> read_embeddings(const net::Request& request, std::string_view model_in_path) {
    const auto body = read_body(request);
    if (!body) return propagate(body);
    Ask ask;
    ask.api = Api::embeddings;
    if (const auto read = read_model(*body, model_in_path, ask); !read) return propagate(read);
    PromptMeter meter;
    const auto* input = body->if_contains("input");
    if (input && input->is_string()) ask.inputs.emplace_back(input->get_string());
    if (input && input->is_array()) {
        for (const auto& text : input->get_array()) {
            if (!text.is_string() || ask.inputs.size() == kMaxInputs)
                return refuse("input", "'input' must be a string or up to 2048 strings.");
            ask.inputs.emplace_back(text.get_string());
        }
    }
    if (ask.inputs.empty()) return refuse("input", "'input' must be a string or up to 2048 strings.");
    for (const auto& text : ask.inputs) meter.add(text);
    ask.dimensions = kDimensions;
    if (const auto* wanted = body->if_contains("dimensions"); wanted && wanted->is_int64()) ask.dimensions = wanted->get_int64();
    if (ask.dimensions < 1 || ask.dimensions > kMaxDimensions) return refuse("dimensions", "'dimensions' must be from 1 to 4096.");
    ask.base64 = string_member(*body, "encoding_format") == "base64";
    ask.prompt = meter.tokens();
    ask.conversation = mix(meter.prefix(), std::hash<std::string>{}(ask.model));
    return ask;
}
}  // namespace rondo::mock
