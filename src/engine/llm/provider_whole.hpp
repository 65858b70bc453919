#pragma once
#include "engine/llm/error_class.hpp"
#include "engine/llm/provider_answer.hpp"
#include "engine/llm/provider_stream.hpp"
#include "engine/llm/provider_usage.hpp"

#include <boost/json/fwd.hpp>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// What reading an answer that is no stream has in common for both APIs.
namespace rondo::llm::wire {
/// An answer that came in one piece.
struct WholeAnswer {
    Completion completion;  ///< without target and model
    Bill bill;
    std::vector<Delta> deltas;  ///< the same, for whoever asked for a stream and got this
};
using WholeOutcome = std::expected<WholeAnswer, ProviderError>;

/// A body as a JSON object that is no error. `max_bytes`: longer ones are refused.
[[nodiscard]] std::expected<boost::json::value, ProviderError> read_object(std::string_view body, std::size_t max_bytes);
[[nodiscard]] std::unexpected<ProviderError> broken(std::string message);
/// The end both APIs share: checks the bound, the finish reason ("": none came) and an empty refusal.
[[nodiscard]] WholeOutcome whole_answer(AnswerBuilder& answer, std::vector<Delta> deltas, std::string_view finish_reason,
                                        std::string_view id, const ToldUsage& told, const ModelRequest& request);
}  // namespace rondo::llm::wire
