#pragma once
#include "base/clock.hpp"
#include "engine/llm/error_class.hpp"
#include "platform/net/message.hpp"

#include <boost/json/fwd.hpp>

#include <string_view>
#include <vector>

/// What a provider's refusal means. Pure; knows the shapes of OpenAI, Azure, Anthropic, vLLM, llama.cpp and Ollama, and makes
/// do with the status for everything else. Providers quote their callers and sometimes the key in error texts, so of the
/// body only its error words (`invalid_request_error`) get into our message, never sentences.
namespace rondo::llm::wire {
/// An answer with a status other than 200. `now`: for a Retry-After that is a date.
[[nodiscard]] ProviderError refusal_of(int status, const std::vector<net::Header>& headers, std::string_view body, WallTime now);

/// The error in an answer with status 200, or amid a stream: an object with a member `error`, `{"object":"error",…}`, or
/// `{"type":"error","error":…}`.
[[nodiscard]] ProviderError refusal_in_band(const boost::json::object& body);
/// Whether that is what this object is.
[[nodiscard]] bool is_refusal(const boost::json::object& body);

/// How long to wait: `retry-after-ms`, else Retry-After in seconds or as an HTTP date; never more than an hour, and nothing
/// for what cannot be read.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const std::vector<net::Header>& headers, WallTime now);
/// "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view text);
}  // namespace rondo::llm::wire
