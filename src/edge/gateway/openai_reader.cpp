#include "base/json.hpp"
#include "base/json_reader.hpp"
#include "edge/gateway/openai_codec.hpp"
#include "edge/gateway/sdk_shapes.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

namespace rondo::gateway::openai {
namespace {
using boost::json::array;
using boost::json::object;
using boost::json::value;
using llm::Message;

constexpr std::size_t kMaxText = 8U << 20U;  // a body is no longer
constexpr std::size_t kMaxName = 256;

/// Members that chat_request() reads itself.
constexpr std::array<std::string_view, 14> kRead{"model",       "messages", "tools", "tool_choice", "max_tokens", "max_completion_tokens",
                                                 "temperature", "top_p",    "stop",  "seed",        "stream",     "stream_options",
                                                 "n",           "functions"};

/// Content: a text, or an array of parts. Texts are joined; parts of another kind are kept as they came.
void read_content(const value& content, const std::string& pointer, Message& out, std::vector<Fault>& faults) {
    if (content.is_null()) return;
    if (const auto* text = content.if_string()) {
        out.text.assign(*text);
        return;
    }
    const auto* parts = content.if_array();
    if (!parts) return faults.push_back({pointer, "must be a text or an array of parts"});
    bool only_text = true;
    for (const value& part : *parts) {
        const auto* object_part = part.if_object();
        const auto* text = object_part ? object_part->if_contains("text") : nullptr;
        if (text && text->is_string()) out.text.append(text->get_string());
        else only_text = false;
    }
    if (!only_text) out.parts = json::write(content);
}

void read_tool_calls(json::ObjectReader& in, Message& out, std::vector<Fault>& faults) {
    const auto* calls = in.array("tool_calls");
    if (!calls) return;
    for (std::size_t i = 0; i < calls->size(); ++i) {
        const std::string pointer = json::join(json::join(in.pointer(), "tool_calls"), i);
        const auto* call = (*calls)[i].if_object();
        if (!call) {
            faults.push_back({pointer, "must be an object"});
            continue;
        }
        json::ObjectReader one{*call, pointer, faults};
        llm::ToolCall& made = out.tool_calls.emplace_back();
        one.required("id", made.id, kMaxName);
        if (const auto* function = one.object("function")) {
            json::ObjectReader inner{*function, json::join(pointer, "function"), faults};
            inner.required("name", made.name, kMaxName);
            inner.optional("arguments", made.arguments, kMaxText);
        } else {
            one.fault("function", "is missing");
        }
    }
}

bool read_role(std::string_view role, Message& out) {
    constexpr std::array<std::pair<std::string_view, Message::Role>, 5> kRoles{{{"system", Message::Role::system},
                                                                                {"developer", Message::Role::system},
                                                                                {"user", Message::Role::user},
                                                                                {"assistant", Message::Role::assistant},
                                                                                {"tool", Message::Role::tool}}};
    const auto found = std::ranges::find(kRoles, role, &std::pair<std::string_view, Message::Role>::first);
    if (found == kRoles.end()) return false;
    out.role = found->second;
    return true;
}

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
        Message message;
        std::string role;
        if (reader.required("role", role, kMaxName) && !read_role(role, message))
            reader.fault("role", "must be system, developer, user, assistant or tool");
        if (const auto* content = reader.any("content")) read_content(*content, json::join(pointer, "content"), message, faults);
        read_tool_calls(reader, message, faults);
        if (message.role == Message::Role::tool) reader.required("tool_call_id", message.tool_call_id, kMaxName);
        // Instructions at the beginning are what a provider's prompt cache is for; later ones keep their place.
        const bool leads = message.role == Message::Role::system && message.parts.empty() && out.messages.empty();
        if (leads) out.system.push_back({std::make_shared<const std::string>(std::move(message.text))});
        else out.messages.push_back(std::move(message));
    }
}

void read_tools(json::ObjectReader& in, llm::ModelRequest& out, std::vector<Fault>& faults) {
    const auto* tools = in.array("tools");
    if (!tools) return;
    for (std::size_t i = 0; i < tools->size(); ++i) {
        const std::string pointer = json::join(json::join("/tools", i), "function");
        const auto* tool = (*tools)[i].if_object();
        const auto* function = tool ? tool->if_contains("function") : nullptr;
        if (!function || !function->is_object()) {
            faults.push_back({pointer, "must be an object: only tools of type \"function\" are supported"});
            continue;
        }
        json::ObjectReader reader{function->get_object(), pointer, faults};
        llm::Tool& made = out.tools.emplace_back();
        reader.required("name", made.name, kMaxName);
        reader.optional("description", made.description, kMaxText);
        reader.optional("strict", made.strict);
        if (const auto* parameters = reader.object("parameters")) made.parameters = json::write(*parameters);
    }
}

void read_tool_choice(json::ObjectReader& in, llm::ToolChoice& out) {
    using Kind = llm::ToolChoice::Kind;
    const auto* choice = in.any("tool_choice");
    if (!choice || choice->is_null()) return;
    if (const auto* word = choice->if_string()) {
        if (*word == "auto") out.kind = Kind::automatic;
        else if (*word == "none") out.kind = Kind::none;
        else if (*word == "required") out.kind = Kind::any;
        else in.fault("tool_choice", "must be auto, none, required or a named function");
        return;
    }
    const auto* named = choice->if_object();
    const auto* function = named ? named->if_contains("function") : nullptr;
    const auto* name = function && function->is_object() ? function->get_object().if_contains("name") : nullptr;
    if (!name || !name->is_string()) return in.fault("tool_choice", "must be auto, none, required or a named function");
    out = {Kind::named, std::string{name->get_string()}};
}

void read_stop(json::ObjectReader& in, std::vector<std::string>& out) {
    const auto* stop = in.any("stop");
    if (!stop || stop->is_null()) return;
    if (const auto* one = stop->if_string()) return static_cast<void>(out.emplace_back(*one));
    const auto* list = stop->if_array();
    if (!list || list->size() > 4 || !std::ranges::all_of(*list, [](const value& v) { return v.is_string(); }))
        return in.fault("stop", "must be a text or at most four texts");
    for (const value& one : *list) out.emplace_back(one.get_string());
}

template <class T>
void read_number(json::ObjectReader& in, std::string_view key, std::optional<T>& out, T low, T high) {
    if (const auto* there = in.any(key); !there || there->is_null()) return;
    if (T number{}; in.optional(key, number, low, high)) out = number;
}

void read_sampling(json::ObjectReader& in, llm::Sampling& out) {
    constexpr std::int64_t kMostTokens = 100'000'000;
    read_number<std::int64_t>(in, "max_tokens", out.max_tokens, 1, kMostTokens);
    read_number<std::int64_t>(in, "max_completion_tokens", out.max_tokens, 1, kMostTokens);
    read_number(in, "temperature", out.temperature, 0.0, 2.0);
    read_number(in, "top_p", out.top_p, 0.0, 1.0);
    read_number<std::int64_t>(in, "seed", out.seed, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
    read_stop(in, out.stop);
}
}  // namespace

Result<ChatRequest> chat_request(std::string_view body) {
    const auto parsed = json::parse(body);
    if (!parsed) return propagate(parsed);
    const auto* root = parsed->if_object();
    if (!root) return fail(json::invalid({{"", "must be an object"}}));
    std::vector<Fault> faults;
    json::ObjectReader in{*root, "", faults};
    ChatRequest out;
    in.required("model", out.ask.model, kMaxName);
    read_messages(in, out.ask, faults);
    read_tools(in, out.ask, faults);
    if (in.any("functions")) in.fault("functions", "is the former form of tools; send tools");
    read_tool_choice(in, out.ask.tool_choice);
    read_sampling(in, out.ask.sampling);
    in.optional("stream", out.stream);
    if (const auto* options = in.any("stream_options"); options && options->is_object()) {
        if (const auto* wanted = options->get_object().if_contains("include_usage"))
            out.include_usage = wanted->is_bool() && wanted->get_bool();
    }
    std::int64_t n = 1;
    if (in.optional("n", n, 1, 128) && n != 1) in.fault("n", "must be 1: ask again for another answer");
    if (!faults.empty()) return fail(json::invalid(std::move(faults), "the request has faults"));
    out.ask.dialect = llm::Dialect::openai;
    out.ask.use_fallback = false;  // a program would take an apology for the model's answer
    out.ask.extra = sdk::extra_members(*root, kRead);
    return out;
}
}  // namespace rondo::gateway::openai
