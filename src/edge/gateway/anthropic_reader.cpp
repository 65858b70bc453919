#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "edge/gateway/anthropic_codec.hpp"
#include "edge/gateway/sdk_shapes.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace rondo::gateway::anthropic {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;
using llm::Message;

constexpr std::size_t kMaxText = 8U << 20U;  // a body is no longer
constexpr std::size_t kMaxName = 256;

/// Members that messages_request() reads itself.
constexpr std::array<std::string_view, 10> kRead{"model",      "messages",    "system",         "tools", "tool_choice",
                                                 "max_tokens", "temperature", "stop_sequences", "top_p", "stream"};

std::string_view type_of(const object& block) {
    const auto* type = block.if_contains("type");
    return type && type->is_string() ? std::string_view{type->get_string()} : std::string_view{};
}

/// A tool's answer: a text, or an array of blocks whose texts are joined.
std::string result_text(const object& block) {
    const auto* content = block.if_contains("content");
    if (!content) return {};
    if (const auto* text = content->if_string()) return std::string{*text};
    std::string out;
    if (const auto* parts = content->if_array()) {
        for (const value& part : *parts) {
            const auto* text = part.is_object() ? part.get_object().if_contains("text") : nullptr;
            if (text && text->is_string()) out.append(text->get_string());
        }
    }
    return out;
}

/// The blocks of one message. Answers of tools become messages of their own, before the rest of it.
class Blocks {
public:
    Blocks(const array& blocks, std::string pointer, Message message, std::vector<Fault>& faults)
        : blocks_{blocks}, pointer_{std::move(pointer)}, message_{std::move(message)}, faults_{faults} {}

    void read_into(std::vector<Message>& out) {
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            const std::string place = json::join(pointer_, i);
            if (const auto* block = blocks_[i].if_object()) read(*block, place, out);
            else faults_.push_back({place, "must be an object with a type"});
        }
        if (strange_) message_.parts = json::write(blocks_);
        if (strange_ || !message_.text.empty() || !message_.tool_calls.empty()) out.push_back(std::move(message_));
    }

private:
    void read(const object& block, const std::string& place, std::vector<Message>& out) {
        const std::string_view type = type_of(block);
        json::ObjectReader in{block, place, faults_};
        if (type == "text") {
            std::string text;
            if (in.required("text", text, kMaxText)) message_.text += text;
        } else if (type == "tool_use" && message_.role == Message::Role::assistant) {
            llm::ToolCall& call = message_.tool_calls.emplace_back();
            in.required("id", call.id, kMaxName);
            in.required("name", call.name, kMaxName);
            const auto* input = in.object("input");
            call.arguments = input ? json::write(*input) : "{}";
        } else if (type == "tool_result" && message_.role == Message::Role::user) {
            Message answer{.role = Message::Role::tool, .text = result_text(block)};
            in.required("tool_use_id", answer.tool_call_id, kMaxName);
            out.push_back(std::move(answer));
        } else if (type.empty()) {
            in.fault("type", "is missing");
        } else {
            strange_ = true;
        }
    }

    const array& blocks_;
    std::string pointer_;
    Message message_;
    std::vector<Fault>& faults_;
    bool strange_{false};  // a block that is neither text nor about tools
};

void read_messages(json::ObjectReader& in, llm::ModelRequest& out, std::vector<Fault>& faults) {
    const auto* messages = in.array("messages");
    if (!messages || messages->empty()) return in.fault("messages", "must be an array with at least one message");
    for (std::size_t i = 0; i < messages->size(); ++i) {
        const std::string pointer = json::join("/messages", i);
        const auto* one = (*messages)[i].if_object();
        if (!one) {
            faults.push_back({pointer, "must be an object"});
            continue;
        }
        json::ObjectReader reader{*one, pointer, faults};
        std::string role;
        if (reader.required("role", role, kMaxName) && role != "user" && role != "assistant")
            reader.fault("role", "must be user or assistant");
        Message message{.role = role == "assistant" ? Message::Role::assistant : Message::Role::user, .text = {}};
        const auto* content = reader.any("content");
        if (content && content->is_string()) {
            message.text.assign(content->get_string());
            out.messages.push_back(std::move(message));
        } else if (content && content->is_array()) {
            Blocks{content->get_array(), json::join(pointer, "content"), std::move(message), faults}.read_into(out.messages);
        } else {
            reader.fault("content", "must be a text or an array of blocks");
        }
    }
}

void read_system(json::ObjectReader& in, llm::ModelRequest& out) {
    const auto* system = in.any("system");
    if (!system || system->is_null()) return;
    const auto add = [&out](std::string_view text) { out.system.push_back({std::make_shared<const std::string>(text)}); };
    if (const auto* text = system->if_string()) return add(*text);
    const auto* blocks = system->if_array();
    if (!blocks) return in.fault("system", "must be a text or an array of text blocks");
    for (const value& block : *blocks) {
        const auto* text = block.is_object() ? block.get_object().if_contains("text") : nullptr;
        if (!text || !text->is_string()) return in.fault("system", "must be a text or an array of text blocks");
        add(text->get_string());
    }
}

void read_tools(json::ObjectReader& in, llm::ModelRequest& out, std::vector<Fault>& faults) {
    const auto* tools = in.array("tools");
    if (!tools) return;
    for (std::size_t i = 0; i < tools->size(); ++i) {
        const std::string pointer = json::join("/tools", i);
        const auto* tool = (*tools)[i].if_object();
        if (!tool) {
            faults.push_back({pointer, "must be an object"});
            continue;
        }
        json::ObjectReader reader{*tool, pointer, faults};
        llm::Tool& made = out.tools.emplace_back();
        reader.required("name", made.name, kMaxName);
        reader.optional("description", made.description, kMaxText);
        if (const auto* schema = reader.object("input_schema")) made.parameters = json::write(*schema);
        else reader.fault("input_schema", "is missing: only tools with a schema of their own are supported");
    }
}

void read_tool_choice(json::ObjectReader& in, llm::ToolChoice& out, std::vector<Fault>& faults) {
    using Kind = llm::ToolChoice::Kind;
    const auto* choice = in.object("tool_choice");
    if (!choice) return;
    const std::string_view type = type_of(*choice);
    if (type == "auto") out.kind = Kind::automatic;
    else if (type == "any") out.kind = Kind::any;
    else if (type == "none") out.kind = Kind::none;
    else if (type == "tool") {
        out.kind = Kind::named;
        json::ObjectReader{*choice, "/tool_choice", faults}.required("name", out.name, kMaxName);
    } else {
        faults.push_back({"/tool_choice/type", "must be auto, any, tool or none"});
    }
}

void read_sampling(json::ObjectReader& in, llm::Sampling& out) {
    if (std::int64_t tokens = 0; in.required("max_tokens", tokens, 1, 100'000'000)) out.max_tokens = tokens;
    if (double number = 0; in.any("temperature") && in.optional("temperature", number, 0.0, 1.0)) out.temperature = number;
    if (double number = 0; in.any("top_p") && in.optional("top_p", number, 0.0, 1.0)) out.top_p = number;
    const auto* stop = in.array("stop_sequences");
    if (!stop) return;
    if (!std::ranges::all_of(*stop, [](const value& v) { return v.is_string(); })) return in.fault("stop_sequences", "must be texts");
    for (const value& one : *stop) out.stop.emplace_back(one.get_string());
}

/// A last message of the assistant with text alone is where the answer should go on.
void take_prefill(llm::ModelRequest& out) {
    if (out.messages.empty()) return;
    const Message& last = out.messages.back();
    if (last.role != Message::Role::assistant || !last.tool_calls.empty() || !last.parts.empty()) return;
    out.prefill = last.text;
    out.messages.pop_back();
}
}  // namespace

Result<MessagesRequest> messages_request(std::string_view body) {
    const auto parsed = json::parse(body);
    if (!parsed) return propagate(parsed);
    const auto* root = parsed->if_object();
    if (!root) return fail(json::invalid({{"", "must be an object"}}));
    std::vector<Fault> faults;
    json::ObjectReader in{*root, "", faults};
    MessagesRequest out;
    in.required("model", out.ask.model, kMaxName);
    read_system(in, out.ask);
    read_messages(in, out.ask, faults);
    read_tools(in, out.ask, faults);
    read_tool_choice(in, out.ask.tool_choice, faults);
    read_sampling(in, out.ask.sampling);
    in.optional("stream", out.stream);
    if (!faults.empty()) return fail(json::invalid(std::move(faults), "the request has faults"));
    take_prefill(out.ask);
    out.ask.dialect = llm::Dialect::anthropic;
    out.ask.use_fallback = false;  // a program would take an apology for the model's answer
    out.ask.extra = sdk::extra_members(*root, kRead);
    return out;
}
}  // namespace rondo::gateway::anthropic
