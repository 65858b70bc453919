#include "engine/llm/openai_answer.hpp"

#include "base/json.hpp"
#include "engine/llm/openai_stream.hpp"
#include "engine/llm/provider_json.hpp"
#include "engine/llm/provider_refusal.hpp"

#include <boost/json.hpp>

#include <cmath>
#include <utility>

namespace rondo::llm::wire {
namespace {
constexpr std::size_t kMaxEmbeddingBytes = 64U << 20U;

/// A vector; empty for what is none.
std::vector<float> numbers(const boost::json::array& from) {
    std::vector<float> all;
    all.reserve(from.size());
    for (const auto& each : from) {
        boost::system::error_code ec;
        const auto number = each.to_number<double>(ec);
        if (ec || !std::isfinite(number)) return {};
        all.push_back(static_cast<float>(number));
    }
    return all;
}
}  // namespace

WholeOutcome read_openai_answer(std::string_view body, const ModelRequest& request, const ReadLimits& limits) {
    const auto parsed = read_object(body, limits.max_answer_bytes);
    if (!parsed) return std::unexpected{parsed.error()};
    const auto& object = parsed->get_object();
    const auto* choices = array_at(object, "choices");
    const auto* choice = choices && !choices->empty() ? choices->front().if_object() : nullptr;
    const auto* message = choice ? object_at(*choice, "message") : nullptr;
    if (!message) return broken("the provider's answer has no message; check base_url, try again or another target");

    AnswerBuilder answer{limits.max_answer_bytes};
    std::vector<Delta> deltas;
    answer.hidden(openai_reasoning(*message));
    answer.text(text_at(*message, "content"), deltas);
    const auto refusal = text_at(*message, "refusal");
    answer.text(refusal, deltas);
    take_openai_tool_calls(*message, true, answer, deltas);
    const auto told_reason = openai_finish_reason(text_at(*choice, "finish_reason"));
    const auto reason = refusal.empty() || told_reason.empty() ? told_reason : std::string_view{"content_filter"};
    const auto* usage = object_at(object, "usage");
    return whole_answer(answer, std::move(deltas), reason, text_at(object, "id"), usage ? openai_usage(*usage) : ToldUsage{}, request);
}

std::expected<Embeddings, ProviderError> read_openai_embeddings(std::string_view body, const std::vector<std::string>& texts) {
    const auto parsed = read_object(body, kMaxEmbeddingBytes);
    if (!parsed) return std::unexpected{parsed.error()};
    const auto& object = parsed->get_object();
    const auto* data = array_at(object, "data");
    if (!data || data->size() != texts.size()) return broken("the provider's answer has not one vector for each text");

    Embeddings all;
    all.vectors.resize(texts.size());
    for (std::size_t i = 0; i < data->size(); ++i) {
        const auto* entry = (*data)[i].if_object();
        const auto* vector = entry ? array_at(*entry, "embedding") : nullptr;
        const auto index = entry ? number_at(*entry, "index").value_or(static_cast<std::int64_t>(i)) : -1;
        const bool known = vector && index >= 0 && std::cmp_less(index, texts.size());
        auto* place = known ? &all.vectors[static_cast<std::size_t>(index)] : nullptr;
        if (!place || !place->empty()) return broken("the provider's answer has not one vector for each text");
        *place = numbers(*vector);
        if (place->empty()) return broken("the provider sent a vector that cannot be read");
    }
    for (const auto& vector : all.vectors) {
        if (vector.size() != all.vectors.front().size()) return broken("the provider sent vectors of different lengths");
    }
    const auto* usage = object_at(object, "usage");
    const auto told = usage ? openai_usage(*usage) : ToldUsage{};
    if (told.input && (*told.input + told.cache_read).count > 0) {
        all.usage = {.input = *told.input, .output = {}, .cache_write = {}, .cache_read = told.cache_read};
    } else {
        all.usage.input = count_texts(texts);
        all.usage_estimated = true;
    }
    return all;
}
}  // namespace rondo::llm::wire
