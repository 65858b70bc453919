#pragma once
#include "engine/llm/provider_stream.hpp"

#include <cstdint>
#include <string>

namespace rondo::llm::wire {
/// The Messages API as a stream: message_start, content blocks with their deltas, message_delta with stop reason and usage,
/// message_stop; ping and whatever is unknown are passed over. Thinking is counted and not shown.
class AnthropicStream final : public ProviderStream {
public:
    using ProviderStream::ProviderStream;

private:
    void on_event(const net::SseEvent& event, std::vector<Delta>& out) override;
    void take_delta(std::int64_t block, const boost::json::object& delta, std::vector<Delta>& out);
};

/// Our word for a stop reason of the Messages API; "" for none.
[[nodiscard]] std::string_view anthropic_finish_reason(std::string_view told);
/// The beginning of a content block, or a whole one of an answer that is no stream.
void take_anthropic_block(std::int64_t block, const boost::json::object& content, bool whole, AnswerBuilder& answer,
                          std::vector<Delta>& out);
}  // namespace rondo::llm::wire
