#pragma once
#include "platform/net/message.hpp"

#include <cstddef>
#include <string>

namespace rondo::net {
/// How the peer finds the end of a body.
enum class Framing {
    length,       ///< Content-Length
    chunked,
    until_close,  ///< for HTTP/1.0 peers; needs `close`
};

/// Appends status line and headers, blank line included. Statuses that have no body (1xx, 204, 304) get no framing header.
void append_response_head(std::string& out, const Response& response, Framing framing, std::size_t body_bytes, bool close);
/// False for 1xx, 204 and 304.
[[nodiscard]] bool may_have_body(int status) noexcept;
}  // namespace rondo::net
