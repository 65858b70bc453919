#include "support/sdk_ear.hpp"

#include "support/client.hpp"

#include <boost/json.hpp>

namespace rondo::support {
namespace {
using boost::json::object;

constexpr std::chrono::minutes kPatience{1};

const boost::json::value kNothing;

/// The value at the pointer; null when it is not there.
const boost::json::value& at(const boost::json::value& json, std::string_view pointer) {
    boost::system::error_code ec;
    const auto* found = json.find_pointer(pointer, ec);
    return found ? *found : kNothing;
}
std::string text_at(const boost::json::value& json, std::string_view pointer) {
    const auto& found = at(json, pointer);
    return found.is_string() ? std::string{found.get_string()} : std::string{};
}
std::size_t index_at(const boost::json::value& json, std::string_view pointer) {
    const auto& found = at(json, pointer);
    return found.is_int64() && found.get_int64() >= 0 ? static_cast<std::size_t>(found.get_int64()) : 0;
}

boost::json::value parse(std::string_view text) {
    boost::system::error_code ec;
    auto json = boost::json::parse(text, ec);
    return ec ? boost::json::value{} : json;
}

/// Collects what one answer says, whichever API says it.
class Ear {
public:
    explicit Ear(Api api) : api_{api} {}

    void whole(int status, std::string_view body) {
        heard_.status = status;
        const auto json = parse(body);
        heard_.error = error_of(json);
        if (status != 200 || !heard_.error.empty()) return;
        if (api_ == Api::openai) openai_whole(json);
        else anthropic_whole(json);
        heard_.ended = json.is_object();
    }
    void event(const net::SseEvent& event) {
        if (api_ == Api::openai && event.data == "[DONE]") {
            heard_.ended = true;
            return;
        }
        const auto json = parse(event.data);
        if (auto error = error_of(json); !error.empty()) heard_.error = std::move(error);
        else if (api_ == Api::openai) openai_chunk(json);
        else anthropic_event(json);
    }
    [[nodiscard]] Heard& heard() { return heard_; }

private:
    [[nodiscard]] std::string error_of(const boost::json::value& json) const {
        if (api_ == Api::anthropic && text_at(json, "/type") != "error") return {};
        return text_at(json, "/error/type");
    }
    Heard::Call& call(std::size_t index) {
        if (heard_.calls.size() <= index) heard_.calls.resize(index + 1);
        return heard_.calls[index];
    }
    void count(const boost::json::value& json, std::string_view pointer) {
        if (const auto& told = at(json, pointer); told.is_int64()) heard_.output_tokens = told.get_int64();
    }
    void openai_calls(const boost::json::value& calls, bool indexed) {
        if (!calls.is_array()) return;
        for (std::size_t i = 0; i < calls.get_array().size(); ++i) {
            const auto& piece = calls.get_array()[i];
            Heard::Call& into = call(indexed ? index_at(piece, "/index") : i);
            into.id += text_at(piece, "/id");
            into.arguments += text_at(piece, "/function/arguments");
        }
    }
    void openai_whole(const boost::json::value& json) {
        heard_.text = text_at(json, "/choices/0/message/content");
        openai_calls(at(json, "/choices/0/message/tool_calls"), false);
        heard_.finish = text_at(json, "/choices/0/finish_reason");
        count(json, "/usage/completion_tokens");
    }
    void openai_chunk(const boost::json::value& json) {
        heard_.text += text_at(json, "/choices/0/delta/content");
        openai_calls(at(json, "/choices/0/delta/tool_calls"), true);
        if (auto reason = text_at(json, "/choices/0/finish_reason"); !reason.empty()) heard_.finish = std::move(reason);
        count(json, "/usage/completion_tokens");
    }
    void anthropic_whole(const boost::json::value& json) {
        const auto& content = at(json, "/content");
        if (content.is_array()) {
            for (const auto& block : content.get_array()) {
                heard_.text += text_at(block, "/text");
                if (text_at(block, "/type") == "tool_use")
                    heard_.calls.push_back({text_at(block, "/id"), boost::json::serialize(at(block, "/input"))});
            }
        }
        heard_.finish = text_at(json, "/stop_reason");
        count(json, "/usage/output_tokens");
    }
    void anthropic_event(const boost::json::value& json) {
        const std::string type = text_at(json, "/type");
        if (type == "content_block_start" && text_at(json, "/content_block/type") == "tool_use")
            heard_.calls.push_back({text_at(json, "/content_block/id"), {}});
        heard_.text += text_at(json, "/delta/text");
        if (auto part = text_at(json, "/delta/partial_json"); !part.empty() && !heard_.calls.empty()) heard_.calls.back().arguments += part;
        if (auto reason = text_at(json, "/delta/stop_reason"); !reason.empty()) heard_.finish = std::move(reason);
        if (type == "message_delta") count(json, "/usage/output_tokens");
        if (type == "message_stop") heard_.ended = true;
    }

    Api api_;
    Heard heard_;
};
}  // namespace

net::ClientRequest question(Api api, std::string_view model, std::string_view message, bool stream) {
    object body{{"model", model}, {"messages", {{{"role", "user"}, {"content", message}}}}, {"stream", stream}};
    if (api == Api::openai) {
        if (stream) body["stream_options"] = {{"include_usage", true}};
        return Client::posting("/v1/chat/completions", body);
    }
    body["max_tokens"] = 1'000;
    return Client::posting("/v1/messages", body, {{"anthropic-version", "2023-06-01"}});
}

asio::awaitable<Heard> listen(net::HttpClient& http, Api api, net::ClientRequest question, bool stream) {
    Ear ear{api};
    if (!stream) {
        const auto response = co_await http.send(std::move(question), CallContext{}.within(kPatience));
        if (response) ear.whole(response->status, response->body);
        co_return std::move(ear.heard());
    }
    auto opened = co_await http.stream(std::move(question), CallContext{}.within(kPatience));
    if (!opened) co_return std::move(ear.heard());
    const auto& head = opened->response();
    if (!head.header("content-type").starts_with("text/event-stream")) {
        ear.whole(head.status, head.body);
        ear.heard().ended = false;  // a stream was asked for: one answer in one piece is none
        co_return std::move(ear.heard());
    }
    ear.heard().status = head.status;
    for (;;) {
        const auto event = co_await opened->next(CallContext{}.within(kPatience));
        if (!event || !*event) co_return std::move(ear.heard());
        ear.event(**event);
    }
}
}  // namespace rondo::support
