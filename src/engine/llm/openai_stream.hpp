#pragma once
#include "engine/llm/provider_stream.hpp"

namespace rondo::llm::wire {
/// Chat Completions as a stream: `chat.completion.chunk` events, a usage chunk without choices, `[DONE]`. Of several choices
/// only the first is read.
class OpenAiStream final : public ProviderStream {
public:
    using ProviderStream::ProviderStream;

private:
    void on_event(const net::SseEvent& event, std::vector<Delta>& out) override;
    void take_choice(const boost::json::object& choice, std::vector<Delta>& out);

    bool refused_{false};  // the model spoke in `refusal`
};

/// Our word for a finish reason of Chat Completions; "" for one that means the answer is not whole ("error", "abort").
[[nodiscard]] std::string_view openai_finish_reason(std::string_view told);
/// What the model thought, in a delta or a message; servers have two names for it.
[[nodiscard]] std::string_view openai_reasoning(const boost::json::object& from);
/// The fragments of `tool_calls`, and of the older `function_call`, in a delta or a message. `whole`: each is a call of its own.
void take_openai_tool_calls(const boost::json::object& from, bool whole, AnswerBuilder& answer, std::vector<Delta>& out);
}  // namespace rondo::llm::wire
