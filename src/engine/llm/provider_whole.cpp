#include "engine/llm/provider_whole.hpp"

#include "base/json.hpp"
#include "engine/llm/provider_refusal.hpp"

#include <boost/json.hpp>

#include <utility>

namespace rondo::llm::wire {
std::unexpected<ProviderError> broken(std::string message) {
    return std::unexpected{ProviderError{provider_error(ErrorClass::provider_fault, std::move(message)), ErrorClass::provider_fault}};
}

std::expected<boost::json::value, ProviderError> read_object(std::string_view body, std::size_t max_bytes) {
    // Vectors of embeddings have many numbers but few keys.
    auto parsed = json::parse(body, {.max_bytes = max_bytes});
    if (!parsed || !parsed->is_object()) return broken("the provider's answer cannot be read; check base_url, try again or another target");
    if (is_refusal(parsed->get_object())) return std::unexpected{refusal_in_band(parsed->get_object())};
    return std::move(*parsed);
}

WholeOutcome whole_answer(AnswerBuilder& answer, std::vector<Delta> deltas, std::string_view finish_reason, std::string_view id,
                          const ToldUsage& told, const ModelRequest& request) {
    if (answer.overflowed()) return broken("the provider's answer is longer than the limit; ask for fewer tokens");
    if (finish_reason.empty()) return broken("the provider's answer broke off before it was whole; try again or another target");
    if (finish_reason == "content_filter" && answer.empty()) return std::unexpected{empty_refusal()};
    WholeAnswer whole;
    whole.bill = bill(told, request, answer.counted());
    whole.deltas = std::move(deltas);
    whole.completion.text = answer.take_text();
    whole.completion.tool_calls = answer.take_calls();
    whole.completion.finish_reason = finish_reason;
    whole.completion.id = id;
    return whole;
}
}  // namespace rondo::llm::wire
