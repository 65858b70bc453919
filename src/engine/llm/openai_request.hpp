#pragma once
#include "engine/llm/provider_request.hpp"

#include <string>
#include <vector>

namespace rondo::llm::wire {
/// The body of POST …/chat/completions. All instructions become one system message in front (chat templates of open models
/// take no second one), fixed blocks first. Sampling beyond what the request names is the provider's default.
/// Errors: `invalid_argument` (PROVIDER_REFUSED_REQUEST): no message, parts of another dialect, a schema that is no JSON, more
/// than one choice wanted.
[[nodiscard]] Result<std::string> openai_request_json(const ModelRequest& request, const RequestOptions& options);

/// The body of POST …/embeddings. `dimensions` 0: the model's own.
[[nodiscard]] std::string openai_embeddings_json(const std::vector<std::string>& texts, const std::string& model, int dimensions = 0);
}  // namespace rondo::llm::wire
