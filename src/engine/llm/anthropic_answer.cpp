#include "engine/llm/anthropic_answer.hpp"

#include "engine/llm/anthropic_stream.hpp"
#include "engine/llm/provider_json.hpp"

#include <boost/json.hpp>

#include <utility>

namespace rondo::llm::wire {
WholeOutcome read_anthropic_answer(std::string_view body, const ModelRequest& request, const ReadLimits& limits, std::string repeated) {
    const auto parsed = read_object(body, limits.max_answer_bytes);
    if (!parsed) return std::unexpected{parsed.error()};
    const auto& object = parsed->get_object();
    const auto* content = array_at(object, "content");
    if (!content) return broken("the provider's answer has no content; check base_url, try again or another target");

    AnswerBuilder answer{limits.max_answer_bytes, std::move(repeated)};
    std::vector<Delta> deltas;
    for (std::size_t i = 0; i < content->size(); ++i) {
        const auto* block = (*content)[i].if_object();
        if (block) take_anthropic_block(static_cast<std::int64_t>(i), *block, true, answer, deltas);
    }
    const auto* usage = object_at(object, "usage");
    return whole_answer(answer, std::move(deltas), anthropic_finish_reason(text_at(object, "stop_reason")), text_at(object, "id"),
                        usage ? anthropic_usage(*usage) : ToldUsage{}, request);
}
}  // namespace rondo::llm::wire
