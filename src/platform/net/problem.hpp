#pragma once
#include "base/result.hpp"
#include "platform/net/message.hpp"

#include <string_view>

/// How an error looks over HTTP. This is the only table from `Code` (and `Error::reason`) to status.
namespace rondo::net {
/// A known reason decides (MALFORMED_JSON is 400), then faults (422 with `invalid_argument`), then the code.
[[nodiscard]] int http_status(const Error& error) noexcept;
/// The standard phrase of a status, e.g. "Not Found"; "Unknown" for one we do not send.
[[nodiscard]] std::string_view status_phrase(int status) noexcept;

/// RFC 9457 body: type "urn:rondo:error:<reason or code, lower case>", title, status, detail, code (the reason, else the code's name
/// in upper case), and where known instance, trace_id, errors[{pointer, detail}] and the members of Error::details. Adds Retry-After in
/// whole seconds, at least 1, where the error knows when to retry and to every `unavailable` and `resource_exhausted`.
[[nodiscard]] Response problem(const Error& error, std::string_view instance = {}, std::string_view trace_id = {});

/// Replaces or adds a header.
void set_header(Response& response, std::string_view name, std::string value);
}  // namespace rondo::net
