#pragma once
#include "base/result.hpp"
#include "platform/net/client_request.hpp"
#include "platform/net/url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rondo::net {
/// The header lines of every request to `endpoint`: Host, User-Agent, Accept-Encoding, and the proxy's credentials where the proxy reads
/// the request itself (http).
[[nodiscard]] std::string render_common_headers(const Url& endpoint, const std::optional<Url>& proxy);

/// The whole head of `request`, blank line included. An http request through a proxy names the endpoint in full.
/// Errors: `invalid_argument` for a target that does not begin with '/' or holds blanks or control characters, for headers that are none,
/// and for those that are the client's own (framing, Host, Accept-Encoding, the proxy's).
[[nodiscard]] Result<std::string> render_head(const ClientRequest& request, const Url& endpoint, bool through_proxy,
                                              std::string_view common_headers);
}  // namespace rondo::net
