#pragma once
#include "base/result.hpp"
#include "engine/llm/prompt_layout.hpp"
#include "engine/llm/request.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// What writing a request has in common for both APIs.
namespace rondo::llm::wire {
/// How a target that can continue a given beginning wants to be told.
enum class PrefillStyle {
    none,      ///< it cannot: the prefill is left out
    trailing,  ///< by a last message of the assistant (Anthropic, llama.cpp, Ollama)
    flagged,   ///< by that and `continue_final_message` (vLLM)
};

struct RequestOptions {
    std::string model;  ///< as the provider calls it; not empty
    bool stream{true};
    PrefillStyle prefill{PrefillStyle::none};
    LayoutRule layout{};
    std::int64_t default_max_tokens{4'096};        ///< Anthropic: sent when the request names none, because it must be
    std::string max_tokens_name{"max_tokens"};     ///< OpenAI: newer models want max_completion_tokens
};

/// A message's `parts` as an array. Errors: `invalid_argument` when the request speaks another dialect than `ours`, or it is
/// no JSON array.
[[nodiscard]] Result<boost::json::array> parts_of(const Message& message, Dialect spoken, Dialect ours);
/// A tool's parameters as an object; the empty object schema when it has none. Errors: `invalid_argument`.
[[nodiscard]] Result<boost::json::object> parameters_of(const Tool& tool);
/// Adds the members of the caller's own request that are neither in `body` nor among `reserved`; none when it speaks another
/// dialect. Errors: `invalid_argument` (no JSON object).
[[nodiscard]] Status add_extra(boost::json::object& body, const ModelRequest& request, Dialect ours,
                               std::initializer_list<std::string_view> reserved);
/// `text` as a value.
[[nodiscard]] boost::json::value text_value(std::string_view text);
[[nodiscard]] std::unexpected<Error> refuse(std::string message);  ///< invalid_argument, PROVIDER_REFUSED_REQUEST
}  // namespace rondo::llm::wire
