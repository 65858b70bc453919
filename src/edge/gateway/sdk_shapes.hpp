#pragma once
#include "base/json.hpp"
#include "base/result.hpp"
#include "platform/net/message.hpp"

#include <boost/json/fwd.hpp>

#include <span>
#include <string>
#include <string_view>

/// What the surfaces for OpenAI's and Anthropic's SDKs have in common. Pure.
namespace rondo::gateway::sdk {
/// A transcript has two members a message and more.
inline constexpr json::Limits kBodyLimits{.max_keys = 100'000};

/// The members of a request that are not among `read`, as JSON text; "" when there are none.
[[nodiscard]] std::string extra_members(const boost::json::object& request, std::span<const std::string_view> read);

/// An error's message with the place and reason of each fault behind it.
[[nodiscard]] std::string message_of(const Error& error);

/// What programs tell errors apart by, in lower case: OpenAI's word where it has one ("model_not_found"), else the reason or the code.
[[nodiscard]] std::string code_of(const Error& error);

/// The attempts behind the error, where it tells them (llm::attempt_details); else empty.
[[nodiscard]] boost::json::array attempts_of(const Error& error);

/// A refusal with the status and Retry-After of our one table and a body of the SDK's own shape; a request with faults is 400 to
/// these SDKs. What does not get better by repeating at once says so (`x-should-retry: false`), for SDKs repeat by themselves.
[[nodiscard]] net::Response refusal(const Error& error, std::string body);
}  // namespace rondo::gateway::sdk
