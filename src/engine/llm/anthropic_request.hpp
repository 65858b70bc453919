#pragma once
#include "engine/llm/provider_request.hpp"

#include <string>
#include <string_view>

namespace rondo::llm::wire {
/// The body of POST /v1/messages. Instructions become system blocks: the fixed ones, cache marks at their ends, then what
/// changes; messages of the role system join the latter. Answers of tools become parts of a user message. A conversation that
/// begins with the assistant gets a first message of the user, which the API wants. Marks in the caller's own parts count
/// towards the four that are allowed. A seed is left out, a temperature is at most 1, and top_p goes only without one.
/// Errors: `invalid_argument` (PROVIDER_REFUSED_REQUEST): no message, parts of another dialect, a schema that is no JSON.
[[nodiscard]] Result<std::string> anthropic_request_json(const ModelRequest& request, const RequestOptions& options);

/// The API refuses a prefill that ends in white space; it is sent without, and the answer may begin with it.
[[nodiscard]] std::string_view trailing_space(std::string_view prefill);
}  // namespace rondo::llm::wire
