#include "engine/llm/openai_stream.hpp"

#include "engine/llm/provider_json.hpp"
#include "engine/llm/provider_refusal.hpp"

#include <boost/json.hpp>

namespace rondo::llm::wire {
std::string_view openai_finish_reason(std::string_view told) {
    if (told == "length" || told == "max_tokens" || told == "model_length") return "length";
    if (told == "tool_calls" || told == "function_call") return "tool_calls";
    if (told == "content_filter" || told == "safety" || told == "refusal") return "content_filter";
    if (told == "error" || told == "abort" || told == "cancelled" || told == "insufficient_system_resource") return "";
    return told.empty() ? "" : "stop";
}

std::string_view openai_reasoning(const boost::json::object& from) {
    const auto thought = text_at(from, "reasoning_content");
    return thought.empty() ? text_at(from, "reasoning") : thought;
}

void take_openai_tool_calls(const boost::json::object& from, bool whole, AnswerBuilder& answer, std::vector<Delta>& out) {
    const auto take = [&](const boost::json::object& function, AnswerBuilder::Fragment fragment) {
        fragment.name = text_at(function, "name");
        fragment.arguments = text_at(function, "arguments");
        answer.tool(fragment, out);
    };
    if (const auto* calls = array_at(from, "tool_calls")) {
        for (std::size_t i = 0; i < calls->size(); ++i) {
            const auto* call = (*calls)[i].if_object();
            const auto* function = call ? object_at(*call, "function") : nullptr;
            if (!function) continue;
            const auto index = whole ? std::optional{static_cast<std::int64_t>(i)} : number_at(*call, "index");
            take(*function, {.index = index, .id = text_at(*call, "id")});
        }
    } else if (const auto* function = object_at(from, "function_call")) {
        take(*function, {.index = 0});
    }
}

void OpenAiStream::on_event(const net::SseEvent& event, std::vector<Delta>& out) {
    std::string_view data = event.data;
    while (data.ends_with(' ') || data.ends_with('\r')) data.remove_suffix(1);
    if (data == "[DONE]") return complete();
    boost::json::value chunk;
    const auto* object = parse(data, chunk);
    if (!object) return;
    if (is_refusal(*object)) return fail_with(refusal_in_band(*object));

    if (id_.empty()) id_ = text_at(*object, "id");
    const auto* choices = array_at(*object, "choices");
    for (std::size_t i = 0; choices && i < choices->size(); ++i) {
        const auto* choice = (*choices)[i].if_object();
        if (choice && number_at(*choice, "index").value_or(0) == 0) take_choice(*choice, out);
    }
    if (const auto* usage = object_at(*object, "usage")) update(told_, openai_usage(*usage));
}

void OpenAiStream::take_choice(const boost::json::object& choice, std::vector<Delta>& out) {
    if (const auto* delta = object_at(choice, "delta")) {
        answer_.hidden(openai_reasoning(*delta));
        answer_.text(text_at(*delta, "content"), out);
        if (const auto words = text_at(*delta, "refusal"); !words.empty()) {
            refused_ = true;
            answer_.text(words, out);
        }
        take_openai_tool_calls(*delta, false, answer_, out);
    }
    const auto reason = text_at(choice, "finish_reason");
    if (reason.empty()) return;
    const auto ours = openai_finish_reason(reason);
    if (ours.empty()) return fail_with("the provider gave its answer up; try again or another target");
    set_finish(refused_ ? "content_filter" : ours);
}
}  // namespace rondo::llm::wire
