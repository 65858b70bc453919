#pragma once
#include "engine/llm/provider_whole.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace rondo::llm::wire {
/// The body of a `chat.completion`. Errors: an error in it although the status was 200, and provider_fault for one that cannot
/// be read, has no finish reason, or is too long.
[[nodiscard]] WholeOutcome read_openai_answer(std::string_view body, const ModelRequest& request, const ReadLimits& limits = {});

/// Vectors for texts, in the texts' order.
struct Embeddings {
    std::vector<std::vector<float>> vectors;
    ledger::Usage usage;
    bool usage_estimated{false};
};
/// The body of an embeddings answer to `texts` texts. Errors: as above, and provider_fault when a vector is missing, empty, of
/// another length than the others, or has a figure that is no number.
[[nodiscard]] std::expected<Embeddings, ProviderError> read_openai_embeddings(std::string_view body, const std::vector<std::string>& texts);

}  // namespace rondo::llm::wire
