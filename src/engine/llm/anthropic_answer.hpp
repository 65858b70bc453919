#pragma once
#include "engine/llm/provider_whole.hpp"

#include <string>
#include <string_view>

namespace rondo::llm::wire {
/// The body of a message of the Messages API that is no stream. Errors as of `read_openai_answer`.
[[nodiscard]] WholeOutcome read_anthropic_answer(std::string_view body, const ModelRequest& request, const ReadLimits& limits = {},
                                                 std::string repeated = {});
}  // namespace rondo::llm::wire
