#pragma once
#include "base/result.hpp"
#include "platform/net/message.hpp"

#include <boost/json/fwd.hpp>

#include <span>
#include <string>
#include <string_view>

/// What the surfaces for OpenAI's and Anthropic's SDKs have in common. Pure.
namespace rondo::gateway::sdk {
/// The members of a request that are not among `read`, as JSON text; "" when there are none.
[[nodiscard]] std::string extra_members(const boost::json::object& request, std::span<const std::string_view> read);

/// An error's message with the place and reason of each fault behind it.
[[nodiscard]] std::string message_of(const Error& error);

/// A refusal with the status and Retry-After of our one table and a body of the SDK's own shape; a request with faults is 400 to
/// these SDKs.
[[nodiscard]] net::Response refusal(const Error& error, std::string body);
}  // namespace rondo::gateway::sdk
